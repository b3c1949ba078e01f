package server

import (
	"context"
	"crypto/cipher"
	"crypto/rand"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/redisstore"
)

// signals are the hub's signals on Redis's channel, sealed: who is here with whom is
// not Redis's business, and nobody without the key can speak.
type signals struct {
	store *redisstore.Store
	seal  cipher.AEAD
	open  chan []byte
}

// signals is nil where there is only one node.
func (o *Opened) signals() hub.Signals {
	if o.Redis == nil {
		return nil
	}
	seal, err := chacha20poly1305.NewX(o.Keys.Derive("signals between nodes"))
	if err != nil {
		panic("server: a derived key is no key: " + err.Error())
	}
	s := &signals{store: o.Redis, seal: seal, open: make(chan []byte, cap(o.Redis.Heard()))}
	go s.run()
	return s
}

// Signal implements hub.Signals.
func (s *signals) Signal(ctx context.Context, payload []byte) {
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(payload)+chacha20poly1305.Overhead)
	_, _ = rand.Read(nonce)
	s.store.Signal(ctx, s.seal.Seal(nonce, nonce, payload, nil))
}

// Heard implements hub.Signals.
func (s *signals) Heard() <-chan []byte { return s.open }

// run opens what is heard until the store closes. What does not open is not ours.
func (s *signals) run() {
	defer close(s.open)
	for sealed := range s.store.Heard() {
		if len(sealed) < chacha20poly1305.NonceSizeX {
			continue
		}
		payload, err := s.seal.Open(nil, sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:], nil)
		if err != nil {
			continue
		}
		select {
		case s.open <- payload:
		default: // signals may be lost
		}
	}
}
