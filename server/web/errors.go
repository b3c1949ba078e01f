package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/strictjson"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 16 << 10

// problem is an error as a client is told it. The cause is only logged.
type problem struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Text   string `json:"text"`
	Field  string `json:"field,omitempty"`
	WaitMS int64  `json:"wait_ms,omitempty"`
	extra  map[string]any
}

func (p *problem) Error() string { return "web: " + p.Code }

var (
	errNotFound    = &problem{Status: 404, Code: "not_found", Text: "There is no such page."}
	errMethod      = &problem{Status: 405, Code: "method", Text: "This address takes another method."}
	errBadJSON     = &problem{Status: 400, Code: "bad_json", Text: "The body is not one JSON object of the fields described."}
	errTooLarge    = &problem{Status: 413, Code: "body_too_large", Text: "The body may have at most 16 KiB."}
	errNotAllowed  = &problem{Status: 403, Code: "not_allowed", Text: "Your role does not allow that."}
	errCrossSite   = &problem{Status: 403, Code: "cross_site", Text: "The request came from another site."}
	errWrongOrigin = &problem{Status: 403, Code: "wrong_origin", Text: "This address is not the one the server was set up for. See the server's log for the flag to set."}
	errNotProxy    = &problem{Status: 403, Code: "not_proxy", Text: "This server answers only through its proxy. See the server's log for the flag to set."}
	errSignedOut   = &problem{Status: 401, Code: "signed_out", Text: "Sign in first."}
	errLocked      = &problem{Status: 423, Code: "locked", Text: "Unlock with the passphrase."}
	errSecondStep  = &problem{Status: 403, Code: "second_step", Text: "Give the second step first."}
	errNoItem      = &problem{Status: 404, Code: "no_such_item", Text: "That does not wait any more."}
	errItemTaken   = &problem{Status: 409, Code: "item_taken", Text: "Somebody else has it. Send take to have it instead of them."}
	errNoUndo      = &problem{Status: 409, Code: "no_undo", Text: "Somebody did something with it since. Look at it as it is now."}
	errNoColleague = &problem{Status: 400, Code: "no_such_colleague", Text: "They do not look after that room with you."}
	errNoShift     = &problem{Status: 404, Code: "no_such_shift", Text: "That shift is not offered any more."}
	errUnavailable = &problem{Status: 503, Code: "unavailable", Text: "The store does not answer just now. Try again."}
	errRestarting  = &problem{Status: 503, Code: "restarting", Text: "The server is restarting. Try again."}
	errInternal    = &problem{Status: 500, Code: "internal", Text: "Something went wrong on the server. It was noted."}
)

// statuses of the codes that come from the packages below.
var statuses = map[string]int{
	"at_work": 409, "link_unknown": 404, "link_used": 410, "link_expired": 410, "link_early": 409, "name_taken": 409, "alias_taken": 409, "member_already": 409,
	"sign_in_wrong": 401, "signed_out": 401, "locked": 423, "slow_down": 429, "not_allowed": 403,
	"second_step": 403, "second_wrong": 401, "second_set": 409, "second_none": 409,
	"no_such_room": 404, "no_such_member": 404, "no_such_session": 404, "no_such_notice": 404,
}

// explain turns any error into what the client is told.
func explain(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	if e, ok := errors.AsType[*auth.Error](err); ok {
		return &problem{Status: status(e.Code), Code: e.Code, Text: e.Text(), Field: e.Field, WaitMS: e.Wait.Milliseconds()}
	}
	if e, ok := errors.AsType[*room.Refusal](err); ok {
		return &problem{Status: status(e.Code), Code: e.Code, Text: "The room does not allow that.", Field: e.Field}
	}
	switch {
	case errors.Is(err, desk.ErrNoItem):
		return errNoItem
	case errors.Is(err, desk.ErrTaken):
		return errItemTaken
	case errors.Is(err, desk.ErrNoUndo):
		return errNoUndo
	case errors.Is(err, desk.ErrNoColleague):
		return errNoColleague
	case errors.Is(err, desk.ErrNoShift):
		return errNoShift
	case errors.Is(err, eventlog.ErrUnavailable), errors.Is(err, eventlog.ErrConflict):
		return errUnavailable
	case errors.Is(err, hub.ErrClosed):
		return errRestarting
	}
	return errInternal
}

func status(code string) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusBadRequest
}

// handler is an http.Handler that may fail; one place renders what it returns.
type handler func(http.ResponseWriter, *http.Request) error

func (s *Server) serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := explain(err)
	if p.Status >= 500 && r.Context().Err() == nil {
		s.logger.Error("request failed", "route", routeOf(r), "reason", err)
	}
	body := map[string]any{"error": p}
	for k, v := range p.extra {
		body[k] = v
	}
	answer(w, p.Status, body)
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("web: an answer that cannot be written: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the reader may have gone
}

// ok answers a request that went well.
func ok(w http.ResponseWriter, v any) error {
	answer(w, http.StatusOK, v)
	return nil
}

// done answers where there is nothing to tell.
func done(w http.ResponseWriter) error { return ok(w, struct{}{}) }

// decode reads a JSON body strictly: one object, known fields, nothing after it. Fields
// without omitempty must be there.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	data, err := read(w, r, into)
	if err != nil {
		return err
	}
	return missing(data, into)
}

// decodeOptional is decode where every field may be left out.
func decodeOptional(w http.ResponseWriter, r *http.Request, into any) error {
	_, err := read(w, r, into)
	return err
}

func read(w http.ResponseWriter, r *http.Request, into any) ([]byte, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return nil, &problem{Status: 415, Code: "not_json", Text: "Send Content-Type: application/json."}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, errTooLarge
		}
		return nil, errBadJSON
	}
	if strictjson.Unmarshal(data, into) != nil {
		return nil, errBadJSON
	}
	return data, nil
}

// missing names the first field that should have been sent and was not.
func missing(data []byte, into any) error {
	var sent map[string]json.RawMessage
	if json.Unmarshal(data, &sent) != nil {
		return errBadJSON
	}
	shape := reflect.TypeOf(into).Elem()
	for i := range shape.NumField() {
		name, options, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ",")
		if _, there := sent[name]; !there && !strings.Contains(options, "omitempty") {
			return &problem{Status: 400, Code: "missing_field", Text: "A field is missing.", Field: name}
		}
	}
	return nil
}
