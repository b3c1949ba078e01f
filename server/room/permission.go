package room

// act names a kind of action in the permission table.
type act string

// permissions says who may do what. It is consulted before any rule of the act
// itself; an act without a row is allowed to nobody.
var permissions = map[act][]Role{
	"open_room":      {System},
	"add_member":     {System},
	"set_role":       {System},
	"end_membership": {System, Lead, Moderator, Participant}, // participants: their own
	"rename_room":    {Lead},
	"set_topic":      {Moderator, Lead},
	"set_rules":      {Moderator, Lead},
	"post":           {Participant, Moderator, Lead},
	"edit":           {Participant, Moderator, Lead}, // their own
	"remove":         {Participant, Moderator, Lead}, // their own
	"react":          {Participant, Moderator, Lead},
	"erase_due":      {System},
	"show_removed":   {Moderator, Lead},
}

func (a act) allows(r Role) bool {
	for _, allowed := range permissions[a] {
		if allowed == r {
			return true
		}
	}
	return false
}
