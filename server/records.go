package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
)

// DefaultKeepRecords is how long records are kept after the last one of their stream.
const DefaultKeepRecords = "7y"

const (
	aDay  = 24 * time.Hour
	aYear = 365*aDay + 6*time.Hour
	// endRecordsEvery is how often it is looked whether a term is over.
	endRecordsEvery = time.Hour
)

// keepRecords reads KeepRecords: a number of years or days, a year at least; "" is the
// default.
func (c Config) keepRecords() (time.Duration, error) {
	text := cmp.Or(c.KeepRecords, DefaultKeepRecords)
	if len(text) < 2 {
		return 0, fmt.Errorf("-keep-records %q: write a number of years or days, such as 7y or 2600d", c.KeepRecords)
	}
	number, unit := text[:len(text)-1], text[len(text)-1]
	n, err := strconv.ParseUint(number, 10, 16)
	one := map[byte]time.Duration{'y': aYear, 'd': aDay}[unit]
	if err != nil || one == 0 {
		return 0, fmt.Errorf("-keep-records %q: write a number of years or days, such as 7y or 2600d", c.KeepRecords)
	}
	if keep := time.Duration(n) * one; keep >= aYear && n <= 200*366 && keep <= 200*aYear {
		return keep, nil
	}
	return 0, fmt.Errorf("-keep-records %s: records are kept for a year at least and 200 years at most", c.KeepRecords)
}

// endingRecords ends streams whose term is over, now and then.
func (s *Server) endingRecords() error {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(endRecordsEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := s.EndRecords(ctx); err != nil && ctx.Err() == nil {
					s.config.Logger.Error("records whose term is over could not be ended; it is tried again", "reason", err)
				}
			case <-ctx.Done():
				return
			}
		}
	})
	s.onClose("terms of records", func() { stop(); work.Wait() })
	return nil
}

// EndRecords drops the streams of rooms, and of people whose care has ended, in which
// nothing was recorded for the set term. What stays is that they were there, and the
// digest they ended with. The programme's own stream has no end.
func (s *Server) EndRecords(ctx context.Context) error {
	keep, err := s.config.keepRecords()
	if err != nil {
		return err
	}
	before := s.config.Clock().Add(-keep).UnixMilli()
	var cursor eventlog.Cursor
	var errs []error
	for {
		changes, next, err := s.Log.Changes(ctx, cursor, 0)
		if err != nil || len(changes) == 0 {
			return errors.Join(append(errs, err)...)
		}
		cursor = next
		for _, c := range changes {
			errs = append(errs, s.endRecord(ctx, c, before))
		}
	}
}

func (s *Server) endRecord(ctx context.Context, c eventlog.Change, before int64) error {
	ends, err := s.mayEnd(ctx, c.Stream)
	if err != nil || !ends {
		return err
	}
	last, err := s.Log.Read(ctx, c.Stream, c.Head.Seq, c.Head.Seq)
	if errors.Is(err, eventlog.ErrDropped) || err == nil && len(last) != 1 {
		return nil
	}
	if err != nil {
		return err
	}
	var meta struct {
		At int64 `json:"at"`
	}
	if err := json.Unmarshal(last[0].Meta, &meta); err != nil || meta.At == 0 || meta.At >= before {
		return err
	}
	s.config.Logger.Info("the term of a stream's records is over: they are ended", "stream", c.Stream)
	id, isRoom := hub.OfStream(c.Stream)
	if isRoom { // what waited there waits no more
		if err := s.deskFollower.Hint(ctx, id); err != nil {
			return err
		}
	}
	if err := s.Log.Drop(ctx, c.Stream); err != nil {
		return err
	}
	if isRoom {
		s.Hub.Compare(id, eventlog.Position{}) // whoever just looked into it has it in memory
		s.deskFollower.Look(id)
	}
	return nil
}

// mayEnd: rooms, and people who can no longer come in.
func (s *Server) mayEnd(ctx context.Context, stream string) (bool, error) {
	if _, ok := hub.OfStream(stream); ok {
		return true, nil
	}
	who, ok := person.OfStream(stream)
	if !ok {
		return false, nil
	}
	return s.Gate.Closed(ctx, who)
}
