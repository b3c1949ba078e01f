package duty_test

import (
	"testing"
	"time"

	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/sqlitestore"
)

const ruth = "p_AAAAAAAAAAAAAAAAAAAAAA"

// On duty is who said so, answers and touches the console: each of the three ends it.
func TestServes(t *testing.T) {
	folder, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	now := time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	r := duty.New(folder.Values(), func() time.Time { return now })
	serves := func(want bool) {
		t.Helper()
		e, ok, err := r.Has(t.Context(), ruth)
		if err != nil || (ok && e.Serves(now)) != want {
			t.Fatalf("%+v, %v, %v; want %v", e, ok, err, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	serves(false)
	must(r.Answers(t.Context(), ruth, now, now)) // never said so
	serves(false)
	must(r.Begin(t.Context(), ruth))
	serves(true)
	now = now.Add(duty.AnswersWithin)
	serves(true)
	must(r.Answers(t.Context(), ruth, now, now.Add(-time.Minute)))
	now = now.Add(duty.AnswersWithin)
	// A node that looks now has heard the page some time ago: that counts, not when it looked.
	must(r.Answers(t.Context(), ruth, now.Add(-30*time.Second), now))
	now = now.Add(30 * time.Second)
	serves(true)
	now = now.Add(time.Millisecond)
	serves(false)
	must(r.Begin(t.Context(), ruth))
	now = now.Add(duty.AnswersWithin + time.Millisecond)
	serves(false)
	must(r.Answers(t.Context(), ruth, now, now)) // too late: it is said anew by them alone
	serves(false)

	must(r.Begin(t.Context(), ruth))
	touched := now
	for range 15 {
		now = now.Add(time.Minute)
		must(r.Answers(t.Context(), ruth, now, touched))
	}
	serves(true)
	now = now.Add(time.Millisecond)
	serves(false)

	must(r.Begin(t.Context(), ruth))
	must(r.Leave(t.Context(), ruth)) // one page is locked, and another answers
	now = now.Add(duty.Leaving)
	serves(true)
	must(r.Answers(t.Context(), ruth, now, now))
	now = now.Add(duty.Leaving)
	serves(true)
	must(r.Leave(t.Context(), ruth)) // and none does
	now = now.Add(duty.Leaving + time.Millisecond)
	serves(false)

	must(r.Begin(t.Context(), ruth))
	must(r.End(t.Context(), ruth))
	serves(false)
}

// What was told of an entry that is another by now is not taken for told, and who came
// back is not forgotten.
func TestLateNews(t *testing.T) {
	folder, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	r := duty.New(folder.Values(), time.Now)
	if err := r.Begin(t.Context(), ruth); err != nil {
		t.Fatal(err)
	}
	before, _, _ := r.Has(t.Context(), ruth)
	if err := r.End(t.Context(), ruth); err != nil {
		t.Fatal(err)
	}
	ended, _, _ := r.Has(t.Context(), ruth)
	if err := r.Begin(t.Context(), ruth); err != nil {
		t.Fatal(err)
	}
	for _, stale := range []duty.Entry{before, ended} {
		if ok, err := r.Settle(t.Context(), stale, stale.Serves(time.Now())); ok || err != nil {
			t.Fatalf("settled as %+v: %v, %v", stale, ok, err)
		}
	}
	if e, ok, err := r.Has(t.Context(), ruth); err != nil || !ok || !e.Told.IsZero() || e.Ending {
		t.Errorf("%+v, %v, %v", e, ok, err)
	}
}
