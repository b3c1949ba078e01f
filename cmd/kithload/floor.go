package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// floorConfig is what the floor's process is told: the plan, and a frame's payload.
type floorConfig struct {
	Rooms, Members, Count int
	Rate                  float64
	Payload               []byte
}

// floorRun asks the floor's process to write the plan's frames to so many members
// of each room.
type floorRun struct{ Followers int }

// writeFloor is the floor's process: a bare loop that writes one prepared frame for
// each delivery, when the message is due.
func writeFloor(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var c floorConfig
	from, to := json.NewDecoder(stdin), json.NewEncoder(stdout)
	if err := from.Decode(&c); err != nil {
		return err
	}
	p := plan{rooms: c.Rooms, members: c.Members, rate: c.Rate, count: c.Count}
	if err := raiseFiles(p.rooms * p.members); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	if err := to.Encode(started{l.Addr().String()}); err != nil {
		return err
	}
	conns, err := accept(l, p.rooms*p.members)
	if err != nil {
		return err
	}
	frame := textFrame(c.Payload)
	for {
		var run floorRun
		if err := from.Decode(&run); err != nil {
			return nil // the parent is done
		}
		if err := to.Encode(answerOf(p.write(ctx, conns, frame, run.Followers))); err != nil {
			return err
		}
	}
}

// accept takes connections in. Each says first which one it is.
func accept(l net.Listener, n int) ([]net.Conn, error) {
	conns := make([]net.Conn, n)
	var mu sync.Mutex
	var naming sync.WaitGroup
	for range n {
		conn, err := l.Accept()
		if err != nil {
			return nil, err
		}
		naming.Go(func() {
			var index [4]byte
			if _, err := io.ReadFull(conn, index[:]); err != nil {
				return // missing below
			}
			mu.Lock()
			defer mu.Unlock()
			if i := binary.BigEndian.Uint32(index[:]); int(i) < n {
				conns[i] = conn
			}
		})
	}
	naming.Wait()
	for i, conn := range conns {
		if conn == nil {
			return nil, fmt.Errorf("connection %d did not come", i)
		}
	}
	return conns, nil
}

// write does the plan.
func (p plan) write(ctx context.Context, conns []net.Conn, frame []byte, followers int) (failed error) {
	from, to := p.followers(followers)
	err := p.each(ctx, time.Now(), func(i int) {
		for member := from; member < to; member++ {
			if _, err := conns[p.conn(p.room(i), member)].Write(frame); err != nil {
				failed = err
			}
		}
	})
	if err != nil {
		return err
	}
	return failed
}
