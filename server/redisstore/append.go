package redisstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-chat/kith/server/eventlog"
)

// Append implements eventlog.Log. With no records it also confirms, where replicas
// are asked for, that they have the head.
func (s *Store) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	if err := eventlog.CheckAppend(stream, records); err != nil {
		return eventlog.Position{}, err
	}
	records, callers := slices.Clone(records), records
	head, err := eventlog.Chain(after, records)
	if err != nil {
		return eventlog.Position{}, err
	}
	news := encodeNews(tell(stream, after, head, records))
	channel := s.keys.news()
	if s.replicas > 0 {
		channel = "" // told when it is confirmed, not before
	}
	out, err := s.write(ctx, appendScript, s.keys.streamKeys(stream), s.appendArgs(stream, after, head, records, channel, news)...)
	if err == nil {
		err = refused(out)
	}
	if err != nil {
		return eventlog.Position{}, err
	}
	if s.replicas > 0 {
		s.confirmed.note(stream, head.Seq)
		if len(records) > 0 {
			s.publish(ctx, s.keys.news(), news) // lost news is found by Changes
		}
	}
	eventlog.TellPlaces(callers, records)
	return head, nil
}

// refused is what a script's answer means that changed nothing.
func refused(out any) error {
	switch out {
	case "dropped":
		return eventlog.ErrDropped
	case "conflict":
		return eventlog.ErrConflict
	}
	return nil
}

func (s *Store) appendArgs(stream string, after, head eventlog.Position, records []eventlog.Record, channel string, news []byte) []any {
	args := make([]any, 0, 8+6*len(records))
	args = append(args, s.id, stream, encodeHead(after), encodeHead(head), uint64(after.Seq), "0", channel, news)
	for i := range records {
		r := &records[i]
		body, hasBody := r.Body, "0"
		switch {
		case r.HasBody && body == nil:
			hasBody = "e" // only Import has such records
		case r.HasBody:
			hasBody = "1"
		}
		args = append(args, uint64(r.Seq), proof(r), r.Meta, hasBody, body, numbers(r.Erases))
		if len(r.Erases) > 0 {
			args[5] = "1"
		}
	}
	return args
}

func numbers(list []eventlog.Seq) string {
	var b strings.Builder
	for _, seq := range list {
		b.WriteString(strconv.FormatUint(uint64(seq), 10))
		b.WriteByte(' ')
	}
	return b.String()
}

// tell is the news of an append, without what it erased of its own.
func tell(stream string, after, head eventlog.Position, records []eventlog.Record) eventlog.News {
	n := eventlog.News{Change: eventlog.Change{Stream: stream, Head: head}, Records: slices.Clone(records)}
	for _, r := range records {
		for _, seq := range r.Erases {
			if seq > after.Seq {
				n.Records[seq-after.Seq-1].Body = nil
			}
		}
	}
	return n
}

// Drop implements eventlog.Log.
func (s *Store) Drop(ctx context.Context, stream string) error {
	if err := eventlog.CheckName(stream); err != nil {
		return err
	}
	out, err := s.write(ctx, dropScript, s.keys.streamKeys(stream), s.id, stream)
	if isNil(err) {
		return nil // it was dropped before
	}
	if err != nil {
		return err
	}
	text, _ := out.(string)
	head, _, err := decodeHead(text)
	if err != nil {
		return err
	}
	s.publish(ctx, s.keys.news(), encodeNews(eventlog.News{Change: eventlog.Change{Stream: stream, Head: head, Dropped: true}}))
	return nil
}
