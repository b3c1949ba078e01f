package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

func isNil(err error) bool { return errors.Is(err, redis.Nil) }

// Head implements eventlog.Log.
func (s *Store) Head(ctx context.Context, stream string) (eventlog.Position, error) {
	if err := eventlog.CheckName(stream); err != nil {
		return eventlog.Position{}, err
	}
	text, err := s.gather.head(ctx, stream)
	if err != nil {
		return eventlog.Position{}, err
	}
	head, dropped, err := decodeHead(text)
	if err == nil && dropped {
		err = eventlog.ErrDropped
	}
	return head, err
}

// Read implements eventlog.Log. Where replicas are asked for, it gives only what
// they have: nobody is shown what a failover could still take back.
func (s *Store) Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	if err := eventlog.CheckName(stream); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if from <= to && s.replicas == 0 {
		if list, all, err := s.gather.records(ctx, stream, from, to); err != nil || all {
			return list, err
		}
	}
	return s.readLong(ctx, stream, from, to)
}

// readLong is Read for what is long, goes down, or has to wait for replicas.
func (s *Store) readLong(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	entries, head, err := s.entries(ctx, stream, from, to)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	records := make([]eventlog.Record, len(entries))
	for i, e := range entries {
		if records[i], err = decodeEntry(e); err != nil {
			return nil, err
		}
	}
	if err := s.bodiesOf(ctx, stream, head, records); err != nil {
		return nil, err
	}
	return records, nil
}

// entries reads the range without the bodies. The head is that of the same moment.
func (s *Store) entries(ctx context.Context, stream string, from, to eventlog.Seq) ([]redis.XMessage, eventlog.Position, error) {
	low, high := strconv.FormatUint(uint64(min(from, to)), 10), strconv.FormatUint(uint64(max(from, to)), 10)
	var list *redis.XMessageSliceCmd
	var headText *redis.StringCmd
	_, err := s.redis().TxPipelined(ctx, func(p redis.Pipeliner) error {
		if from <= to {
			list = p.XRangeN(ctx, s.keys.stream(stream), low, high, eventlog.MaxRead)
		} else {
			list = p.XRevRangeN(ctx, s.keys.stream(stream), high, low, eventlog.MaxRead)
		}
		headText = p.HGet(ctx, s.keys.heads(), stream)
		return nil
	})
	if err != nil && !isNil(err) {
		return nil, eventlog.Position{}, asStoreError(ctx, err)
	}
	head, dropped, err := decodeHead(headText.Val())
	if err == nil && dropped {
		err = eventlog.ErrDropped
	}
	return list.Val(), head, err
}

func decodeEntry(e redis.XMessage) (r eventlog.Record, err error) {
	number, _, _ := strings.Cut(e.ID, "-")
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return r, eventlog.ErrCorrupt
	}
	r.Seq = eventlog.Seq(seq)
	meta, _ := e.Values["m"].(string)
	r.Meta = []byte(meta)
	r.HasBody = e.Values["b"] == "1"
	p, _ := e.Values["p"].(string)
	return r, setProof(&r, p)
}

// bodiesOf fills in the bodies that are still there. They are read after the
// entries: one that is missing was erased, whenever that was, unless the whole
// stream was dropped in between.
func (s *Store) bodiesOf(ctx context.Context, stream string, head eventlog.Position, records []eventlog.Record) error {
	var fields []string
	for i := range records {
		if records[i].HasBody {
			fields = append(fields, strconv.FormatUint(uint64(records[i].Seq), 10))
		}
	}
	newest := max(records[0].Seq, records[len(records)-1].Seq)
	wait := s.replicas > 0 && !s.confirmed.has(stream, newest)
	if len(fields) == 0 && !wait {
		return nil
	}
	bodies, err := s.askBodies(ctx, stream, fields, wait)
	if err != nil {
		return err
	}
	if wait {
		s.confirmed.note(stream, head.Seq)
	}
	next := 0
	for i := range records {
		if !records[i].HasBody {
			continue
		}
		if body, there := bodies[next].(string); there {
			records[i].Body = []byte(body)
		}
		next++
	}
	return nil
}

func (s *Store) askBodies(ctx context.Context, stream string, fields []string, needed bool) ([]any, error) {
	var bodies *redis.SliceCmd
	var headText *redis.StringCmd
	var have *redis.Cmd
	_, err := s.redis().Pipelined(ctx, func(p redis.Pipeliner) error {
		if len(fields) > 0 {
			bodies = p.HMGet(ctx, s.keys.bodies(stream), fields...)
		}
		headText = p.HGet(ctx, s.keys.heads(), stream) // after the bodies
		if needed {
			have = wait(ctx, p, s.replicas, waitTimeout)
		}
		return nil
	})
	if err != nil && !isNil(err) {
		return nil, asStoreError(ctx, err)
	}
	if _, dropped, err := decodeHead(headText.Val()); err != nil || dropped {
		return nil, errors.Join(err, eventlog.ErrDropped)
	}
	if needed && !enough(have, s.replicas) {
		return nil, errThin
	}
	if bodies == nil {
		return nil, nil
	}
	return bodies.Val(), nil
}
