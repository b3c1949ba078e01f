package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/room"
)

// Numbers of commands that are not messages; messages are numbered from 0.
const (
	pingNumber uint32 = 1<<31 + iota
	joinNumber
	partNumber
	activeNumber
)

// arrival is a message, or the answer to one, and when it came.
type arrival struct {
	n  uint32
	at time.Time
}

// member is one member's connection. A goroutine reads it from listen on until it
// ends; anybody may write.
type member struct {
	conn  net.Conn
	in    frames
	room  room.ID
	total *atomic.Int64 // arrivals of all members
	acks  *atomic.Int64 // answers to all members' messages

	greeted chan struct{}
	answers chan answer   // to joins
	ended   chan struct{} // closed when nothing more comes
	pongs   atomic.Int64

	mu       sync.Mutex
	mark     []byte // of the run
	seen     []arrival
	acked    []arrival
	refused  map[string]int
	sample   []byte // one delivery, as it came
	whyEnded error
}

func newMember(conn net.Conn, in room.ID, total, acks *atomic.Int64) *member {
	return &member{
		conn: conn, in: frames{from: conn}, room: in, total: total, acks: acks,
		greeted: make(chan struct{}, 1), answers: make(chan answer, 4), ended: make(chan struct{}),
		refused: make(map[string]int),
	}
}

// listen reads until the connection ends.
func (m *member) listen() {
	defer close(m.ended)
	for {
		frame, err := m.in.next()
		if err != nil {
			m.mu.Lock()
			m.whyEnded = err
			m.mu.Unlock()
			return
		}
		m.take(frame, time.Now())
	}
}

func (m *member) take(frame []byte, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for line := range bytes.SplitSeq(frame, []byte("\n")) {
		if n, ok := messageIn(line, m.mark); ok && m.mark != nil {
			m.seen = append(m.seen, arrival{n, at})
			if m.sample == nil {
				m.sample = bytes.Clone(line)
			}
			m.total.Add(1)
			continue
		}
		if a, ok := answerIn(line); ok {
			m.answered(a, at)
		} else if bytes.HasPrefix(line, helloMark) {
			m.greeted <- struct{}{}
		}
	}
}

func (m *member) answered(a answer, at time.Time) {
	switch {
	case a.number == pingNumber:
		m.pongs.Add(1)
	case a.number > pingNumber:
		m.answers <- a
	case a.code != "":
		m.refused[a.code]++
		m.acks.Add(1)
	default:
		m.acked = append(m.acked, arrival{a.number, at})
		m.acks.Add(1)
	}
}

// begin forgets what was and counts the messages of a run from now on.
func (m *member) begin(tag uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark, m.seen, m.acked, m.sample = markOf(tag), m.seen[:0], m.acked[:0], nil
	clear(m.refused)
}

// commandID has the number in its last four bytes.
func commandID(tag, n uint32) string {
	tail := [10]byte{2: byte(tag >> 24), byte(tag >> 16), byte(tag >> 8), byte(tag), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
	return room.NewCommandID(room.Time(time.Now().UnixMilli()), tail).String()
}

func (m *member) post(tag uint32, n int) error {
	return m.send(`{"do":"post","id":"%s","room":"%s","text":"%s"}`, commandID(tag, uint32(n)), m.room, textOf(tag, n))
}

func (m *member) ping() error {
	return m.send(`{"do":"ping","id":"%s"}`, commandID(0, pingNumber))
}

// join follows the room, or is the barrier where it is followed already: the answer
// comes behind every event before it.
func (m *member) join(ctx context.Context) error {
	if err := m.send(`{"do":"join","id":"%s","room":"%s","history":0}`, commandID(0, joinNumber), m.room); err != nil {
		return err
	}
	return m.await(ctx)
}

// part follows the room no longer.
func (m *member) part(ctx context.Context) error {
	if err := m.send(`{"do":"part","id":"%s","room":"%s"}`, commandID(0, partNumber), m.room); err != nil {
		return err
	}
	return m.await(ctx)
}

// active has the session note that there was input.
func (m *member) active(ctx context.Context) error {
	if err := m.send(`{"do":"active","id":"%s"}`, commandID(0, activeNumber)); err != nil {
		return err
	}
	return m.await(ctx)
}

func (m *member) await(ctx context.Context) error {
	select {
	case a := <-m.answers:
		if a.code != "" {
			return fmt.Errorf("the server refused with %s", a.code)
		}
		return nil
	case <-m.ended:
		return m.whyItEnded()
	case <-ctx.Done():
		return fmt.Errorf("no answer in time: %w", ctx.Err())
	}
}

func (m *member) whyItEnded() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.whyEnded
}

func (m *member) send(format string, args ...any) error {
	return writeFrame(m.conn, fmt.Appendf(nil, format, args...))
}
