package auth

import (
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
)

// Person folds the person's stream. The zero State is nobody.
func (g *Gate) Person(ctx context.Context, id person.ID) (person.State, error) {
	s, _, err := fold(ctx, g.log, id.Stream(), applyPerson)
	return s, err
}

// Program folds the programme's stream.
func (g *Gate) Program(ctx context.Context) (program.State, error) {
	s, _, err := fold(ctx, g.log, program.Stream, applyProgram)
	return s, err
}

// ChangePerson appends to the person's stream what decide answers to its present
// state, in one transaction. decide may be called more than once. No facts, or an
// error: nothing is appended. Whoever calls has decided that by may do it.
func (g *Gate) ChangePerson(ctx context.Context, id person.ID, by fact.Actor, decide func(person.State) ([]fact.Fact, error)) error {
	return extend(ctx, g, id.Stream(), by, applyPerson, func(s person.State) int64 { return s.At }, decide)
}

// ChangeProgram is ChangePerson for the programme.
func (g *Gate) ChangeProgram(ctx context.Context, by fact.Actor, decide func(program.State) ([]fact.Fact, error)) error {
	return extend(ctx, g, program.Stream, by, applyProgram, func(s program.State) int64 { return s.At }, decide)
}

func applyPerson(s person.State, r eventlog.Record) (person.State, error) {
	e, err := person.Decode(r)
	if err != nil {
		return s, err
	}
	return s.Apply(e), nil
}

func applyProgram(s program.State, r eventlog.Record) (program.State, error) {
	e, err := program.Decode(r)
	if err != nil {
		return s, err
	}
	return s.Apply(e), nil
}

// fold reads a whole stream. These are short: a record for each time something
// happened to one person, or one for each person and room.
func fold[S any](ctx context.Context, log eventlog.Log, stream string, apply func(S, eventlog.Record) (S, error)) (S, eventlog.Position, error) {
	var state S
	var head eventlog.Position
	for {
		records, err := log.Read(ctx, stream, head.Seq+1, head.Seq+eventlog.MaxRead)
		if err != nil {
			return state, head, fmt.Errorf("auth: reading a stream: %w", err)
		}
		for _, r := range records {
			if state, err = apply(state, r); err != nil {
				return state, head, fmt.Errorf("auth: folding a stream: %w", err)
			}
			head = eventlog.Position{Seq: r.Seq, Digest: r.Digest}
		}
		if len(records) < eventlog.MaxRead {
			return state, head, nil
		}
	}
}

func extend[S any](ctx context.Context, g *Gate, stream string, by fact.Actor, apply func(S, eventlog.Record) (S, error),
	last func(S) int64, decide func(S) ([]fact.Fact, error),
) error {
	var err error
	for range maxTries {
		state, head, readErr := fold(ctx, g.log, stream, apply)
		if readErr != nil {
			return readErr
		}
		facts, refusal := decide(state)
		if refusal != nil || len(facts) == 0 {
			return refusal
		}
		// Time never goes back within a stream, whatever the clock does.
		now := max(ms(g.now()), last(state))
		records := make([]eventlog.Record, len(facts))
		for i, f := range facts {
			if records[i], err = fact.Encode(now, by, f); err != nil {
				return err
			}
		}
		if _, err = g.log.Append(ctx, stream, head, records); !conflict(err) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("auth: appending to a stream: %w", err)
	}
	return nil
}
