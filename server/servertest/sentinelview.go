package servertest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Primary is the address of the primary, on which all Sentinels that live must agree.
func (s *Sentinels) Primary(t testing.TB) string {
	t.Helper()
	addr, err := s.named()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// WaitPrimary waits until all Sentinels that live name the same primary, other than
// not, and returns its address.
func (s *Sentinels) WaitPrimary(t testing.TB, not string) (addr string) {
	t.Helper()
	err := poll(failoverPatience, nil, func() (err error) {
		if addr, err = s.named(); err == nil && addr == not {
			err = fmt.Errorf("the primary is still %s", not)
		}
		return err
	})
	if err != nil {
		t.Fatalf("no new primary: %v", err)
	}
	return addr
}

// WaitReady waits until each Sentinel that lives is in touch with the others, the
// primary, and as many replicas as the options say, which follow it.
func (s *Sentinels) WaitReady(t testing.TB) {
	t.Helper()
	err := poll(failoverPatience, nil, func() error {
		if _, err := s.named(); err != nil {
			return err
		}
		for _, in := range s.living {
			if err := ask(in, s.ready); err != nil {
				return fmt.Errorf("sentinel %s: %w", in.client.Addr, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("the Sentinels are not ready: %v", err)
	}
}

// ready complains about what one Sentinel does not see, or does not see well:
// whatever else is in the flags, such as s_down or disconnected, is a failure.
func (s *Sentinels) ready(ctx context.Context, c *redis.SentinelClient) error {
	primary, err := c.Master(ctx, primaryName).Result()
	if err != nil {
		return err
	}
	others, err := c.Sentinels(ctx, primaryName).Result()
	if err != nil {
		return err
	}
	replicas, err := c.Replicas(ctx, primaryName).Result()
	if err != nil {
		return err
	}
	if primary["flags"] != "master" {
		return fmt.Errorf("the primary is %s", primary["flags"])
	}
	well := count(others, func(other map[string]string) bool { return other["flags"] == "sentinel" })
	if want := len(s.living) - 1; well != want {
		return fmt.Errorf("%d other Sentinels are well, not %d", well, want)
	}
	well = count(replicas, func(replica map[string]string) bool {
		return replica["flags"] == "slave" && replica["master-link-status"] == "ok" &&
			replica["master-host"] == primary["ip"] && replica["master-port"] == primary["port"]
	})
	if well < s.options.Replicas {
		return fmt.Errorf("%d replicas are well, not %d", well, s.options.Replicas)
	}
	return nil
}

func count(all []map[string]string, fits func(map[string]string) bool) (n int) {
	for _, one := range all {
		if fits(one) {
			n++
		}
	}
	return n
}

// named is the address that all living Sentinels name.
func (s *Sentinels) named() (addr string, err error) {
	if len(s.living) == 0 {
		return "", errors.New("no Sentinel lives")
	}
	for i, in := range s.living {
		var parts []string
		err := ask(in, func(ctx context.Context, c *redis.SentinelClient) (err error) {
			parts, err = c.GetMasterAddrByName(ctx, primaryName).Result()
			return err
		})
		if err != nil {
			return "", fmt.Errorf("sentinel %s: %w", in.client.Addr, err)
		}
		now := net.JoinHostPort(parts[0], parts[1])
		if i > 0 && now != addr {
			return "", fmt.Errorf("the Sentinels do not agree: %s and %s", addr, now)
		}
		addr = now
	}
	return addr, nil
}

// ask asks one Sentinel.
func ask(in *instance, question func(context.Context, *redis.SentinelClient) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	o := *in.client
	c := redis.NewSentinelClient(&o)
	defer c.Close()
	return question(ctx, c)
}
