package audit

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Row is one act, as far as it may be told: no text, no name. Who and Person are opaque
// ids; numbers of records stand for messages.
type Row struct {
	At      time.Time `json:"at"`
	Stream  string    `json:"stream"`
	Seq     uint64    `json:"record"`
	Who     string    `json:"who,omitempty"` // "": the programme, or not told
	What    string    `json:"what"`
	Reason  string    `json:"reason,omitempty"`
	Person  string    `json:"person,omitempty"`
	Message uint64    `json:"message,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// unnamed are the acts whose author nobody is told: who reports must be able to trust
// that it stays so.
var unnamed = []string{"message_reported"}

// details are the fields that may be told beside those of a Row. What is not on the list
// is not told, whatever later kinds hold.
var details = []string{"role", "mode", "kind", "outcome", "overturn", "on", "until", "all", "new", "for", "held", "note", "room", "act", "from", "to", "what", "visit", "format"}

// Range is what to export; zero values set no bound.
type Range struct {
	From, To time.Time // To is not part of it
	Stream   string
}

// Rows gives each act of the record to told, stream by stream.
func Rows(ctx context.Context, log eventlog.Log, within Range, told func(Row) error) error {
	heads, err := heads(ctx, log)
	if err != nil {
		return err
	}
	for _, stream := range slices.Sorted(maps.Keys(heads)) {
		if within.Stream != "" && stream != within.Stream {
			continue
		}
		if err := rowsOf(ctx, log, stream, within, told); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf(ctx context.Context, log eventlog.Log, stream string, within Range, told func(Row) error) error {
	for from := eventlog.Seq(1); ; {
		records, err := log.Read(ctx, stream, from, from+eventlog.MaxRead-1)
		if errors.Is(err, eventlog.ErrDropped) {
			return nil // its records' term is over
		}
		if err != nil || len(records) == 0 {
			return err
		}
		for _, r := range records {
			row, ok := rowOf(stream, r)
			if !ok || row.At.Before(within.From) || !within.To.IsZero() && !row.At.Before(within.To) {
				continue
			}
			if err := told(row); err != nil {
				return err
			}
		}
		from = records[len(records)-1].Seq + 1
	}
}

// rowOf reads a record's metadata. Its body is never looked at.
func rowOf(stream string, r eventlog.Record) (Row, bool) {
	var m struct { // rooms write short names, people and the programme long ones
		Kind     string                     `json:"k"`
		LongKind string                     `json:"kind"`
		At       int64                      `json:"at"`
		By       json.RawMessage            `json:"by"`
		Data     map[string]json.RawMessage `json:"d"`
		LongData map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(r.Meta, &m) != nil {
		return Row{}, false
	}
	m.Kind += m.LongKind
	if m.LongData != nil {
		m.Data = m.LongData
	}
	row := Row{
		At: time.UnixMilli(m.At).UTC(), Stream: stream, Seq: uint64(r.Seq), Who: plain(m.By), What: m.Kind,
		Reason: plain(m.Data["reason"]), Person: plain(m.Data["person"]),
	}
	row.Message, _ = strconv.ParseUint(plain(m.Data["message"]), 10, 64)
	if slices.Contains(unnamed, m.Kind) {
		row.Who = ""
	}
	var told []string
	for _, name := range details {
		if v := plain(m.Data[name]); v != "" {
			told = append(told, name+"="+v)
		}
	}
	row.Detail = strings.Join(told, " ")
	return row, true
}

// plain is a string, number or truth value as it is written; "" for anything else.
func plain(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case float64, bool:
		return string(raw)
	}
	return ""
}

// CSV writes an export for a spreadsheet: the notice, a heading, a line for each act.
func CSV(ctx context.Context, log eventlog.Log, within Range, to io.Writer) error {
	w := csv.NewWriter(to)
	err := w.Write([]string{NoticeVersion + ": " + Notice})
	if err == nil {
		err = w.Write([]string{"time (UTC)", "stream", "record", "who", "what", "reason", "person", "message", "detail"})
	}
	if err == nil {
		err = Rows(ctx, log, within, func(r Row) error {
			message := ""
			if r.Message != 0 {
				message = strconv.FormatUint(r.Message, 10)
			}
			return w.Write(harmless(r.At.Format(time.RFC3339), r.Stream, strconv.FormatUint(r.Seq, 10), r.Who, r.What, r.Reason, r.Person, message, r.Detail))
		})
	}
	w.Flush()
	if err == nil {
		err = w.Error()
	}
	return err
}

// harmless keeps a spreadsheet from taking a field for a formula.
func harmless(fields ...string) []string {
	for i, f := range fields {
		if f != "" && strings.ContainsRune("=+-@\t\r", rune(f[0])) {
			fields[i] = "'" + f
		}
	}
	return fields
}

// JSON writes an export for a program.
func JSON(ctx context.Context, log eventlog.Log, within Range, to io.Writer) error {
	head, err := json.Marshal(map[string]string{"notice": Notice, "notice_version": NoticeVersion})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(to, strings.TrimSuffix(string(head), "}")+`,"records":[`); err != nil {
		return err
	}
	between := "\n"
	err = Rows(ctx, log, within, func(r Row) error {
		line, err := json.Marshal(r)
		if err == nil {
			_, err = io.WriteString(to, between+string(line))
			between = ",\n"
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, "\n]}\n")
	return err
}
