package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	// gatherMost bounds the reads of one call, gatherRecords the records of one stream
	// in it: together they keep the script short.
	gatherMost    = 256
	gatherRecords = 64
	// gatherers is how many calls are under way at once: a large value does not hold up
	// all others.
	gatherers = 2
)

// gather answers small reads, as many as are waiting, with one call. When thousands
// come back at once, each with a dozen small reads, Redis is asked a few hundred times.
type gather struct {
	store *Store
	queue chan *lookup
	end   context.CancelFunc
	over  <-chan struct{}
	work  sync.WaitGroup
}

// lookup is one read: its part of the script's arguments, and what came of it.
type lookup struct {
	args []any
	done chan struct{}
	out  []any
	err  error
}

func newGather(s *Store) *gather {
	ctx, end := context.WithCancel(context.Background())
	g := &gather{store: s, queue: make(chan *lookup, gatherMost), end: end, over: ctx.Done()}
	for range gatherers {
		g.work.Go(g.run)
	}
	return g
}

func (g *gather) close() {
	g.end()
	g.work.Wait()
}

// ask waits for the answer to one read.
func (g *gather) ask(ctx context.Context, args ...any) ([]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l := &lookup{args: args, done: make(chan struct{})}
	select {
	case g.queue <- l:
	case <-ctx.Done():
		return nil, asStoreError(ctx, ctx.Err())
	case <-g.over:
		return nil, errClosed
	}
	select {
	case <-l.done:
		return l.out, l.err
	case <-ctx.Done():
		return nil, asStoreError(ctx, ctx.Err())
	case <-g.over:
		return nil, errClosed
	}
}

func (g *gather) run() {
	for {
		select {
		case l := <-g.queue:
			g.answer(g.waiting(l))
		case <-g.over:
			return
		}
	}
}

// waiting is l and what waits with it.
func (g *gather) waiting(l *lookup) []*lookup {
	batch := []*lookup{l}
	for len(batch) < gatherMost {
		select {
		case l := <-g.queue:
			batch = append(batch, l)
		default:
			return batch
		}
	}
	return batch
}

func (g *gather) answer(batch []*lookup) {
	var args []any
	for _, l := range batch {
		args = append(args, l.args...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	raw, err := answer(ctx, manyScript.Run(ctx, g.store.redis(), []string{g.store.keys.heads()}, args...))
	list, _ := raw.([]any)
	if err == nil && len(list) != len(batch) {
		err = fmt.Errorf("%w: an answer is not in its form", eventlog.ErrUnavailable)
	}
	for i, l := range batch {
		if l.err = err; err == nil {
			l.out, l.err = one(list[i])
		}
		close(l.done)
	}
}

// one is one read's part of the answer.
func one(raw any) ([]any, error) {
	out, ok := raw.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: an answer is not in its form", eventlog.ErrUnavailable)
	}
	if len(out) == 2 && out[0] == "!" {
		words, _ := out[1].(string)
		return nil, fmt.Errorf("%w: %s", eventlog.ErrUnavailable, meaning(words))
	}
	return out, nil
}

// head is a stream's head as it stands in Redis; "" for none.
func (g *gather) head(ctx context.Context, stream string) (string, error) {
	out, err := g.ask(ctx, "v", g.store.keys.heads(), stream)
	if err != nil || len(out) == 0 {
		return "", err
	}
	text, _ := out[0].(string)
	return text, nil
}

// value is what stands under a key of a bucket; redis.Nil if nothing does.
func (g *gather) value(ctx context.Context, bucket, key string) (string, error) {
	out, err := g.ask(ctx, "v", g.store.keys.data(bucket), key)
	if err != nil {
		return "", err
	}
	if len(out) == 0 {
		return "", redis.Nil
	}
	text, _ := out[0].(string)
	return text, nil
}

// recordFields is how many parts of the answer one record takes.
const recordFields = 6

// records is a range of a stream with its head. all is false if there may be more in
// the range than one answer takes.
func (g *gather) records(ctx context.Context, stream string, from, to eventlog.Seq) (list []eventlog.Record, all bool, err error) {
	k := g.store.keys
	out, err := g.ask(ctx, "s", stream, k.stream(stream), k.bodies(stream), uint64(from), uint64(to), gatherRecords)
	if err != nil {
		return nil, false, err
	}
	if len(out)%recordFields != 1 {
		return nil, false, fmt.Errorf("%w: an answer is not in its form", eventlog.ErrUnavailable)
	}
	texts := make([]string, len(out))
	for i, part := range out {
		texts[i], _ = part.(string)
	}
	if _, dropped, err := decodeHead(texts[0]); err != nil || dropped {
		if err == nil {
			err = eventlog.ErrDropped
		}
		return nil, false, err
	}
	for f := texts[1:]; len(f) > 0; f = f[recordFields:] {
		r, err := gathered(f)
		if err != nil {
			return nil, false, err
		}
		list = append(list, r)
	}
	return list, len(list) < gatherRecords, nil
}

// gathered is a record from its parts in the answer.
func gathered(f []string) (r eventlog.Record, err error) {
	seq, err := strconv.ParseUint(f[0], 10, 64)
	if err != nil {
		return r, eventlog.ErrCorrupt
	}
	r.Seq, r.Meta, r.HasBody = eventlog.Seq(seq), []byte(f[2]), f[3] == "1"
	if f[5] == "1" {
		r.Body = []byte(f[4])
	}
	return r, setProof(&r, f[1])
}
