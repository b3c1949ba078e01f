package servertest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// Kill ends Redis as kill -9 does and returns when it is gone.
func (r *Redis) Kill(t testing.TB) {
	t.Helper()
	if err := r.run.kill(); err != nil {
		t.Fatalf("kill redis: %v", err)
	}
}

// Restart starts Redis again after Kill and returns when it has loaded its data and
// answers. Folder, port and options are the same; the role is that which Sentinel,
// or CONFIG REWRITE, gave it last.
func (r *Redis) Restart(t testing.TB) {
	t.Helper()
	select {
	case <-r.run.gone:
	default:
		t.Fatal("restart redis: it still runs")
	}
	if err := r.start(); err != nil {
		t.Fatalf("restart redis: %v\n%s", err, r.logs)
	}
}

// Pause stops the process as SIGSTOP does: connections stay open and nothing
// answers. When it returns the process stands still.
func (r *Redis) Pause(t testing.TB) {
	t.Helper()
	r.signal(t, pauseSignal)
	err := poll(patience, r.run.gone, func() error {
		if stopped(r.Pid()) {
			return nil
		}
		return fmt.Errorf("process %d still runs", r.Pid())
	})
	if err != nil {
		t.Fatalf("pause redis: %v", err)
	}
}

// Resume lets a paused process go on.
func (r *Redis) Resume(t testing.TB) {
	t.Helper()
	r.signal(t, resumeSignal)
}

func (r *Redis) signal(t testing.TB, s os.Signal) {
	t.Helper()
	if err := r.run.process.Signal(s); err != nil {
		t.Fatalf("signal redis: %v: %v", s, err)
	}
}

// WaitReplica waits until a replica has a copy of its primary's data and follows it.
func (r *Redis) WaitReplica(t testing.TB) {
	t.Helper()
	c := r.Client(t)
	err := poll(patience, r.run.gone, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		info, err := c.Info(ctx, "replication").Result()
		if err != nil {
			return err
		}
		if link := infoField(info, "master_link_status"); link != "up" {
			return fmt.Errorf("its link to the primary is %q", link)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("replica %s: %v", r.Addr(), err)
	}
}
