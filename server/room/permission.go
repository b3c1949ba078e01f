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
	"show_removed":   {Moderator, Lead, Visitor},

	"nudge":           {Moderator, Lead},
	"hide":            {Moderator, Lead},
	"unhide":          {Moderator, Lead},
	"erase":           {Moderator, Lead},
	"mute":            {Moderator, Lead},
	"unmute":          {Moderator, Lead},
	"set_hold":        {Moderator, Lead},
	"set_pace":        {Moderator, Lead},
	"pause":           {Moderator, Lead},
	"resume":          {Moderator, Lead},
	"remove_member":   {Moderator, Lead},
	"release":         {Moderator, Lead},
	"decline":         {Moderator, Lead},
	"report":          {Participant, Moderator, Lead},
	"resolve_reports": {Moderator, Lead},
	"write_line":      {Participant, Moderator, Lead},
	"take_back_line":  {Participant, Moderator, Lead},
	"close_line":      {Moderator, Lead},
	"appeal":          {Participant, Moderator, Lead}, // about themselves
	"answer_appeal":   {Moderator, Lead},
	"set_term":        {Moderator, Lead},
	"set_label":       {Moderator, Lead},
	"set_keep":        {Lead},
	"set_legal_hold":  {Lead},
	"set_duty":        {System},
	"set_hours":       {Moderator, Lead},
	"set_sessions":    {Moderator, Lead},
	"set_unattended":  {Moderator, Lead},
	"set_house":       {Moderator, Lead},
	"pin":             {Moderator, Lead},
	"call_for_help":   {Participant},
	"answer_call":     {Moderator, Lead},
	"end_call":        {Participant}, // their own
	"erase_person":    {System, Lead},
	"open_visit":      {System},
	"end_visit":       {System},
}

func (a act) allows(r Role) bool {
	for _, allowed := range permissions[a] {
		if allowed == r {
			return true
		}
	}
	return false
}
