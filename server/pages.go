package server

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/pager"
)

// callSecret is what calls for help are signed with, from the environment or a file.
func (c Config) callSecret() (string, error) {
	if c.CallSecretFile == "" {
		return c.CallSecret, nil
	}
	if c.CallSecret != "" {
		return "", errors.New("give the secret of -call-webhook in KITH_CALL_SECRET or in -call-secret-file, not in both")
	}
	data, err := os.ReadFile(c.CallSecretFile)
	if err != nil {
		return "", errors.New("-call-secret-file cannot be read: give a file that the server may read")
	}
	return strings.TrimSpace(string(data)), nil
}

func (c Config) checkCalls() error {
	secret, err := c.callSecret()
	if err != nil {
		return err
	}
	return pager.Check(c.CallWebhook, secret)
}

// pagesAfter is how long a call waits until it goes out; 0: no pager is set.
func (c Config) pagesAfter() time.Duration {
	if c.CallWebhook == "" {
		return 0
	}
	return desk.PageAfter * time.Millisecond
}

// paging sends calls that nobody has read by the programme's pager, if there is one.
func (s *Server) paging() error {
	if s.config.CallWebhook == "" {
		return nil
	}
	secret, err := s.config.callSecret()
	if err != nil {
		return err
	}
	s.pager = pager.New(pager.Config{URL: s.config.CallWebhook, Secret: secret, Book: s.Desk, Clock: s.config.Clock, Logger: s.config.Logger})
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { s.pager.Run(ctx) })
	s.onClose("pager", func() { stop(); work.Wait() })
	return nil
}
