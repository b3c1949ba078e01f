package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the program itself where it is started as a child, as the program
// starts itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == serveChild || os.Args[1] == floorChild) {
		if err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// A small load on a real server in another process: every message is acknowledged and
// comes to every member once, in one order.
func TestSmallLoad(t *testing.T) {
	if _, err := cpuOf(os.Getpid()); err != nil {
		t.Skip("the figures of a process are read as Linux gives them")
	}
	var out, progress bytes.Buffer
	args := []string{"-rooms", "3", "-members", "3", "-rate", "30", "-duration", "2s", "-settle", "100ms", "-preload", "20"}
	if err := run(t.Context(), args, nil, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"connections": 9, "sent": 60, "acked": 60, "expected": 180, "delivered": 180,
		"lost": 0, "duplicated": 0, "out_of_order": 0, "misdelivered": 0, "refused": 0, "connections_dropped": 0,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	for _, name := range []string{
		"server_rss_kib_per_idle_conn", "fanout_ratio_to_floor",
		"cross_delivery_ms", "redis_cpu_us_per_message", "redis_commands_per_message",
	} {
		if v, printed := got[name]; v != nil || !printed {
			t.Errorf("%s is %v; it was not measured, so it has to be null", name, v)
		}
	}
	if cpu, ok := got["server_cpu_us_per_delivery"].(float64); !ok || cpu <= 0 {
		t.Errorf("server_cpu_us_per_delivery is %v", got["server_cpu_us_per_delivery"])
	}
}

// What cannot be measured is refused in words, before anything is started.
func TestRefusals(t *testing.T) {
	for _, args := range [][]string{
		{"-rate", "1000", "-rooms", "10", "-members", "12"}, // 8 a second each
		{"-idle", "-floor"},
		{"-url", "http://127.0.0.1:1"},
		{"-url", "http://127.0.0.1:1", "-tokens", "x", "-floor"},
		{"-floor", "-members", "1", "-rooms", "1000"},
		{"-duration", "20m"},
		{"-nodes", "0"},
		{"-nodes", "2"},
		{"-redis", "127.0.0.1:1"},
		{"-redis", "redis://127.0.0.1:1", "-nodes", "13"}, // of 12 members
		{"-redis", "redis://127.0.0.1:1", "-floor"},
		{"-redis", "redis://127.0.0.1:1", "-cpuprofile", "x"},
		{"-redis", "redis://127.0.0.1:1", "-url", "http://127.0.0.1:1", "-tokens", "x"},
		{"-rooms", "0"},
		{"more"},
		{"seed"},
	} {
		if err := run(t.Context(), args, nil, new(bytes.Buffer), new(bytes.Buffer)); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
