// Package web is the HTTP edge: the router, the WebSocket's upgrade, headers,
// cookies and the rendering of errors. It decides nothing: who may come in is
// auth's, what a room allows is the room's. README.md beside this file is the
// manual of what it serves.
//
// Every handler returns an error or nil; one place renders it. What only staff may
// do is refused in front of the handler, by the route (see routes).
package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/wire"
)

// Config is what the edge needs.
type Config struct {
	Hub    *hub.Hub
	Gate   *auth.Gate
	People *people.People
	Desk   *deskbook.Book
	Duty   *duty.Roster
	// TellDuty makes every room of somebody's know what the roster says of them.
	TellDuty func(ctx context.Context, who person.ID) error
	// PagesAfter is how long a call waits until it goes out by the programme's pager, too;
	// 0: there is none.
	PagesAfter time.Duration
	Client     fs.FS // static.Files
	Clock      func() time.Time
	Logger     *slog.Logger

	// Origin is the public origin, "https://kith.example.org"; "" serves this
	// machine only.
	Origin string
	// Secure says that people reach this server over TLS, its own or a proxy's.
	Secure bool
	// Proxies are the networks whose X-Forwarded-For is believed. If there are any,
	// nobody else is answered.
	Proxies []netip.Prefix
	// Demo lets demo links in, and names under localhost.
	Demo bool
	// LeaveTo is where "leave this page" goes on to; "" is an empty page.
	LeaveTo string
}

// Server is the edge.
type Server struct {
	Config
	hub     *hub.Hub
	gate    *auth.Gate
	people  *people.People
	logger  *slog.Logger
	secure  bool
	origins origins
	assets  *assets
	words   pageWords
	calls   pace
	handler chi.Router

	ctx  context.Context // of commands under way; ends when the server closes
	stop context.CancelFunc
	work sync.WaitGroup
}

// New prepares the edge. Close ends what it started.
func New(c Config) (*Server, error) {
	assets, err := loadAssets(c.Client)
	if err != nil {
		return nil, err
	}
	words, err := loadWords(c.Client)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Config: c, hub: c.Hub, gate: c.Gate, people: c.People, logger: c.Logger, secure: c.Secure,
		origins: origins{public: c.Origin, demo: c.Demo, proxy: c.Proxies}, assets: assets, words: words,
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.handler = s.routes()
	s.work.Go(s.watchLocks)
	return s, nil
}

// ServeHTTP serves everything people reach.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close waits until every connection has gone. Drain first.
func (s *Server) Close() {
	s.stop()
	for _, c := range s.hub.Conns("") {
		c.Reset("server closing")
	}
	s.work.Wait()
}

func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(s.recovered, s.headers, s.guard, s.sameSite)
	r.NotFound(s.serve(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	r.MethodNotAllowed(s.serve(func(http.ResponseWriter, *http.Request) error { return errMethod }))

	get := func(path string, h handler) { r.Get(path, s.serve(h)) }
	post := func(path string, h handler) { r.Post(path, s.serve(h)) }
	// in wraps what needs an open session, staff and lead what needs more.
	get("/", s.page)
	get("/static/*", s.static)
	get("/leave", s.leave)
	get("/ws", s.upgrade)

	post("/api/links/look", s.look)
	post("/api/links/enrol", s.enrol)
	post("/api/links/accept", s.in(s.accept))
	post("/api/links/reset", s.reset)
	post("/api/links/demo", s.demo)

	post("/api/sign-in", s.signIn)
	post("/api/sign-out", s.signOut)
	post("/api/lock", s.lock)
	post("/api/unlock", s.unlock)
	post("/api/active", s.in(s.active))

	post("/api/second", s.half(s.giveSecond))
	post("/api/second/begin", s.half(s.beginSecond))
	post("/api/second/confirm", s.half(s.confirmSecond))
	post("/api/second/codes", s.in(s.newRecovery))
	post("/api/second/forget", s.in(s.forgetSecond))

	get("/api/me", s.me)
	post("/api/preferences", s.in(s.preferences))
	post("/api/notices/seen", s.in(s.noticeSeen))
	post("/api/passphrase", s.in(s.passphrase))
	get("/api/sessions", s.in(s.sessions))
	post("/api/sessions/end", s.in(s.endSessions))

	post("/api/rooms", s.in(s.lead(s.openRoom)))
	post("/api/invitations", s.in(s.invite))
	post("/api/resets", s.in(s.issueReset))

	post("/api/people/end-care", s.in(s.lead(s.endCare)))
	post("/api/people/move", s.in(s.lead(s.moveMember)))
	post("/api/people/role", s.in(s.lead(s.setRole)))

	get("/api/desk", s.in(s.staff(s.desk)))
	post("/api/desk/claim", s.in(s.staff(s.claim)))
	post("/api/desk/release", s.in(s.staff(s.release)))
	post("/api/desk/undo", s.in(s.staff(s.undo)))
	post("/api/desk/hand-over", s.in(s.staff(s.handOver)))
	post("/api/desk/answer", s.in(s.staff(s.answerCall)))

	get("/api/console", s.in(s.staff(s.console)))
	get("/api/colleagues", s.in(s.staff(s.colleagues)))
	post("/api/duty", s.in(s.staff(s.duty)))
	post("/api/shift/offer", s.in(s.staff(s.offerShift)))
	post("/api/shift/take", s.in(s.staff(s.takeShift)))
	post("/api/shift/withdraw", s.in(s.staff(s.withdrawShift)))

	get("/api/help", s.in(s.help))
	post("/api/help/call", s.in(s.call))
	post("/api/help/end", s.in(s.endCall))

	get("/api/visits", s.in(s.staff(s.otherRooms)))
	post("/api/visits", s.in(s.staff(s.visit)))
	post("/api/visits/end", s.in(s.staff(s.endVisit)))
	return r
}

// sameSite refuses requests that another site made a browser send.
func (s *Server) sameSite(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error { return errCrossSite }))
	return cross.Handler(next)
}

// recovered turns a panic into an answer and a line in the log, without what the
// request held.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				s.logger.Error("request panicked", "route", routeOf(r), "kind", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
				s.fail(w, r, errInternal)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// routeOf is the pattern of a request's route: never the path itself.
func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
		return c.RoutePattern()
	}
	return "none"
}

func (s *Server) roomLines(ctx context.Context, who person.ID) ([]wire.RoomLine, error) {
	return s.people.RoomLines(ctx, who)
}

func (s *Server) shows(ctx context.Context, who person.ID) (hub.Shows, error) {
	p, err := s.gate.Preferences(ctx, who)
	return hub.Shows{Presence: p.Presence, Typing: p.Typing}, err
}
