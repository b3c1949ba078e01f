package server_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
)

// What is wrong with a flag is said before anything is made.
func TestRefusesBadFlagsBeforeAnythingIsMade(t *testing.T) {
	cert, key, _ := certificate(t)
	_, otherKey, _ := certificate(t)
	for _, one := range []struct {
		name  string
		set   func(*server.Config)
		words []string
	}{
		{"proxy", func(c *server.Config) { c.TrustedProxy = "the-proxy" }, []string{"-trusted-proxy", "the-proxy", "10.0.0.0/8"}},
		{"no certificate", func(c *server.Config) { c.TLSCert, c.TLSKey = "/nowhere.pem", key }, []string{"-tls-cert", "/nowhere.pem"}},
		{"other key", func(c *server.Config) { c.TLSCert, c.TLSKey = cert, otherKey }, []string{"-tls-cert", "-tls-key", otherKey}},
		{"leave to", func(c *server.Config) { c.LeaveTo = "weather.example.org" }, []string{"-leave-to", "write https://weather.example.org"}},
		{"leave to, no host", func(c *server.Config) { c.LeaveTo = "https:" }, []string{"-leave-to"}},
		{"leave to, a script", func(c *server.Config) { c.LeaveTo = "javascript:alert(1)" }, []string{"-leave-to"}},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := servertest.Config(filepath.Join(t.TempDir(), "new"))
			one.set(&c)
			if c.TrustedProxy != "" || c.TLSCert != "" {
				c.Origin = publicOrigin
			}
			refusesToStart(t, c, nil, one.words...)
			for _, made := range []string{c.Data, c.Key} {
				if _, err := os.Stat(made); err == nil {
					t.Errorf("%s was made", made)
				}
			}
		})
	}
}

func TestLeaveToMayBeAWholeAddress(t *testing.T) {
	for _, to := range []string{"", "https://weather.example.org", "http://weather.example.org/today?x=1"} {
		c := servertest.Config(t.TempDir())
		c.LeaveTo = to
		if err := c.Check(); err != nil {
			t.Errorf("%q: %v", to, err)
		}
	}
}
