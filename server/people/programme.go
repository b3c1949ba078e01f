package people

import (
	"context"
	"fmt"
	"sync"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/program"
)

// programme keeps the fold of the programme's stream, since every request asks
// who leads. Asking costs one look at the stream's head, and a read of what is new.
type programme struct {
	log eventlog.Log

	mu    sync.Mutex
	state program.State
	head  eventlog.Position
}

// Programme is the programme as it stands.
func (p *People) Programme(ctx context.Context) (program.State, error) {
	return p.programme.now(ctx)
}

func (p *programme) now(ctx context.Context) (program.State, error) {
	head, err := p.log.Head(ctx, program.Stream)
	if err != nil {
		return program.State{}, fmt.Errorf("people: the programme: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if head.Seq < p.head.Seq || head.Seq == p.head.Seq && head != p.head {
		p.state, p.head = program.State{}, eventlog.Position{} // another history
	}
	for p.head.Seq < head.Seq {
		records, err := p.log.Read(ctx, program.Stream, p.head.Seq+1, head.Seq)
		if err != nil {
			return program.State{}, fmt.Errorf("people: the programme: %w", err)
		}
		for _, r := range records {
			e, err := program.Decode(r)
			if err != nil {
				return program.State{}, fmt.Errorf("people: the programme: %w", err)
			}
			p.state = p.state.Apply(e)
			p.head = eventlog.Position{Seq: r.Seq, Digest: r.Digest}
		}
		if len(records) == 0 {
			return program.State{}, fmt.Errorf("people: the programme: %w", eventlog.ErrUnavailable)
		}
	}
	return p.state, nil
}
