// Package server puts Kith together: Config, New, Run. It is the only package that
// knows every other one.
//
// New binds the listeners, opens the store and starts everything; what it started
// before something failed is closed again, last in first out, by the same list
// that Close uses.
package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/kith-chat/kith/server/accessbook"
	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/control"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/pager"
	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/web"
	"github.com/kith-chat/kith/server/wire"
)

// Limits of the HTTP server.
const (
	// readHeader bounds how long a connection may take to say what it wants: what
	// never does is gone after it.
	readHeader  = 10 * time.Second
	readRequest = 30 * time.Second
	idle        = 60 * time.Second
	maxHeader   = 16 << 10
)

// Server is a running Kith.
type Server struct {
	config Config
	opened *Opened
	Log    eventlog.Log    // sealed
	Values eventlog.Values // sealed
	Hub    *hub.Hub
	Gate   *auth.Gate
	People *people.People
	Desk   *deskbook.Book
	web    *web.Server

	deskFollower *deskbook.Follower
	pager        *pager.Pager
	duty         *duty.Roster

	health *health

	http, ops     *http.Server
	listener      net.Listener
	opsListener   net.Listener
	metrics       *prometheus.Registry
	closers       []closer
	closing       sync.Once
	readyDraining chan struct{} // closed when draining begins
}

type closer struct {
	name string
	do   func()
}

// New prepares a server. After it returns, the addresses are bound and the store is
// open; Run serves.
func New(c Config) (_ *Server, err error) {
	c.fill()
	if err := c.Check(); err != nil {
		return nil, err
	}
	s := &Server{config: c, metrics: prometheus.NewRegistry(), readyDraining: make(chan struct{})}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	for _, step := range []func() error{s.listen, s.open, s.assemble, s.edge, s.follow, s.finishing, s.desking, s.onDuty, s.paging, s.endingRecords, s.control} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Server) onClose(name string, do func()) { s.closers = append(s.closers, closer{name, do}) }

// Close ends everything, last in first out. It may be called twice.
func (s *Server) Close() {
	s.closing.Do(func() {
		for _, c := range slices.Backward(s.closers) {
			c.do()
		}
	})
}

func (s *Server) listen() (err error) {
	if s.listener, err = listen(s.config.Addr, "-addr"); err != nil {
		return err
	}
	s.onClose("listener", func() { _ = s.listener.Close() })
	if s.config.Ops == "off" {
		return nil
	}
	if s.opsListener, err = listen(s.config.Ops, "-ops"); err != nil {
		return err
	}
	s.onClose("ops listener", func() { _ = s.opsListener.Close() })
	return nil
}

func listen(addr, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s %s cannot be used: %w; another program may have it: choose another port with %s", flag, addr, err, flag)
	}
	return l, nil
}

// open opens the store with its key. A missing or wrong key is an error, never an
// empty programme.
func (s *Server) open() error {
	opened, err := Open(s.config)
	if err != nil {
		return err
	}
	s.opened, s.Log, s.Values = opened, opened.Log, opened.Values
	s.onClose("store", func() {
		if err := opened.Close(); err != nil {
			s.config.Logger.Error("the store did not close well", "reason", err)
		}
	})
	tokens := wire.NewTokens(append(opened.Keys.Derive("wire tokens: authenticate"), opened.Keys.Derive("wire tokens: encrypt")...))
	s.Desk = deskbook.New(s.Log, s.config.Clock)
	s.duty = duty.New(s.Values, s.config.Clock)
	s.deskFollower = deskbook.NewFollower(s.Desk, seenRooms{s}, s.Values, s.config.Logger)
	s.Hub = hub.New(hub.Config{
		Log: s.Log, Values: s.Values, Tokens: tokens, Clock: s.config.Clock, Rand: rand.Reader, Logger: s.config.Logger,
		Signals: opened.signals(), Reads: accessbook.New(s.Log, s.config.Clock), Calls: s.deskFollower,
	})
	s.onClose("hub", s.Hub.Close)
	return s.gate(opened.Keys)
}

func (s *Server) gate(keys *eventlog.Keyring) (err error) {
	cost := auth.Recommended
	if s.config.InsecureCheapPassphrases {
		cost = auth.InsecureTestCost
	}
	s.Gate, err = auth.New(auth.Config{
		Log: s.Log, Values: s.Values, Clock: s.config.Clock, DeviceKey: keys.Derive("known devices"), Cost: cost,
		Staff: s.staff,
	})
	return err
}

// staff says whether somebody's session has to be one of the team's. Where that cannot be
// told, who has a second step is asked for it: it was set up because they are.
func (s *Server) staff(ctx context.Context, who person.ID) (bool, error) {
	staff, sure, err := s.People.Staff(ctx, who)
	if err != nil || sure {
		return staff, err
	}
	return s.Gate.HasSecond(ctx, who)
}

func (s *Server) assemble() error {
	s.People = people.New(s.Log, s.Values, s.Gate, s.Hub)
	proxies, err := s.config.proxies()
	if err != nil {
		return err
	}
	client, err := s.config.client()
	if err != nil {
		return err
	}
	s.web, err = web.New(web.Config{
		Hub: s.Hub, Gate: s.Gate, People: s.People, Desk: s.Desk, Duty: s.duty, TellDuty: s.tellDuty, PagesAfter: s.config.pagesAfter(), Client: client, Clock: s.config.Clock, Logger: s.config.Logger,
		Origin: s.config.Origin, Secure: s.config.secure(), Proxies: proxies, Demo: s.config.Demo, LeaveTo: s.config.LeaveTo,
	})
	if err != nil {
		return err
	}
	s.onClose("connections", s.web.Close)
	s.health = newHealth(s.Values, s.config.Clock)
	s.onClose("health", s.health.close)
	s.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.metrics.MustRegister(s.Hub.Metrics.Collectors()...)
	s.metrics.MustRegister(s.health.collector())
	s.metrics.MustRegister(s.deskMetrics()...)
	if s.opened.Redis != nil {
		s.metrics.MustRegister(s.opened.Redis.Collectors()...)
	}
	return nil
}

func (s *Server) edge() error {
	s.http = &http.Server{
		Handler: s.web, ReadHeaderTimeout: readHeader, ReadTimeout: readRequest, IdleTimeout: idle,
		MaxHeaderBytes: maxHeader, ErrorLog: quiet(s.config.Logger),
	}
	if s.config.TLSCert != "" {
		pair, err := s.config.certificate()
		if err != nil {
			return err
		}
		s.listener = tls.NewListener(s.listener, &tls.Config{
			Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		})
	}
	s.ops = &http.Server{
		Handler: web.Ops(s.metrics, s.ready), ReadHeaderTimeout: readHeader, ReadTimeout: readRequest, IdleTimeout: idle,
		MaxHeaderBytes: maxHeader, ErrorLog: quiet(s.config.Logger),
	}
	s.onClose("http", func() { _ = s.http.Close() })
	s.onClose("ops", func() { _ = s.ops.Close() })
	return nil
}

// errDraining is why a server that ends is not ready.
var errDraining = errors.New("this server is ending")

// errBehind is why a node that has lost touch with the log is not ready.
var errBehind = errors.New("this server has lost touch with the log and shows nothing until it has caught up")

func (s *Server) ready() error {
	select {
	case <-s.readyDraining:
		return errDraining
	default:
	}
	if s.opened.Redis != nil {
		if err := s.opened.Redis.Ready(); err != nil {
			return err
		}
	}
	if s.Hub.Fenced() {
		return errBehind
	}
	return s.health.now()
}

// Addr is the address people connect to, as bound.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// OpsAddr is where the operator's page is; "" for nowhere.
func (s *Server) OpsAddr() string {
	if s.opsListener == nil {
		return ""
	}
	return s.opsListener.Addr().String()
}

// URL is the origin people use.
func (s *Server) URL() string {
	if s.config.Origin != "" {
		return s.config.Origin
	}
	return "http://" + s.Addr()
}

// Run serves until ctx ends, then lets the clients go in good order and returns
// nil.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, 2)
	var serving sync.WaitGroup
	serving.Go(func() { failed <- s.http.Serve(s.listener) })
	if s.opsListener != nil {
		serving.Go(func() { failed <- s.ops.Serve(s.opsListener) })
	}
	ctx, stop := context.WithCancel(ctx)
	defer serving.Wait()
	defer s.Close()
	defer stop()
	fmt.Fprintf(s.config.Out, "listening on http%s://%s\n", map[bool]string{true: "s"}[s.config.TLSCert != ""], s.Addr())
	welcomed := make(chan error, 1)
	serving.Go(func() { welcomed <- s.welcomeInTime(ctx) })
	for {
		select {
		case err := <-welcomed:
			if err != nil && ctx.Err() == nil {
				return err
			}
		case err := <-failed:
			return fmt.Errorf("serving ended: %w", err)
		case <-ctx.Done():
			s.drain()
			return nil
		}
	}
}

// welcomeAgain is how long after the store did not answer it is asked again.
const welcomeAgain = time.Second

// welcomeInTime is welcome, as soon as the store answers: a store that goes away just when
// a server has begun is no reason to end it.
func (s *Server) welcomeInTime(ctx context.Context) error {
	for {
		err := s.welcome(ctx)
		if !errors.Is(err, eventlog.ErrUnavailable) {
			return err
		}
		s.config.Logger.Error("the programme cannot be read, trying again", "reason", err)
		select {
		case <-time.After(welcomeAgain):
		case <-ctx.Done():
			return nil
		}
	}
}

// drain turns readiness red, stops taking connections, answers what is under way
// and asks the clients to come back.
func (s *Server) drain() {
	close(s.readyDraining)
	s.config.Logger.Info("ending: clients are asked to come back", "over", s.config.Drain)
	_ = s.listener.Close()
	s.web.Drain(s.config.Drain)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Drain)
	defer cancel()
	_ = s.http.Shutdown(ctx) // whatever is left is closed with the rest
}

// welcome finishes what an earlier run was cut off at, and tells the person at the machine
// how to begin.
func (s *Server) welcome(ctx context.Context) error {
	s.resume(ctx)
	if s.config.Demo {
		return nil
	}
	link, err := s.Gate.IssueSetup(ctx)
	if auth.CodeOf(err) == auth.CodeLinkUsed { // there is a lead, or came in just now
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.config.Out, "set up the programme here (once, within 24 hours): %s\n", web.Link(s.URL(), link.Secret))
	return nil
}

func (s *Server) control() error {
	l, err := control.Listen(s.config.Data)
	if err != nil {
		return err
	}
	c := control.Serve(l, commands{s})
	s.onClose("control", c.Close)
	return nil
}
