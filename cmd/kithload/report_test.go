package main

import (
	"testing"
	"time"
)

func TestSlopes(t *testing.T) {
	calm := round{
		serverOne: cost{1000, 1000, 315_000}, serverAll: cost{1000, 12_000, 480_000}, // 300 a message, 15 a delivery
		floorOne: cost{1000, 1000, 20_000}, floorAll: cost{1000, 12_000, 130_000}, // 10 a delivery
	}
	disturbed := calm
	disturbed.serverAll.micros *= 3
	var r report
	r.slopes([]round{disturbed, calm, calm})
	if *r.Append != 300 || *r.Fanout != 15 || *r.Floor != 10 || *r.Ratio != 1.5 {
		t.Errorf("append %v, fan-out %v, floor %v, ratio %v", *r.Append, *r.Fanout, *r.Floor, *r.Ratio)
	}
}

func TestMemory(t *testing.T) {
	r := report{Connections: 100}
	if r.memory(10_000, 11_050, false); r.RSSPerConn != nil {
		t.Error("a figure although not everybody has pinged")
	}
	if r.memory(10_000, 11_050, true); *r.RSSPerConn != 10.5 {
		t.Errorf("%v KiB a connection", *r.RSSPerConn)
	}
}

// Where nothing was acknowledged or delivered there is nothing to divide by.
func TestUsage(t *testing.T) {
	u := usage{nodes: 5 * time.Second, redis: 2 * time.Second, commands: 700}.since(usage{time.Second, time.Second, 500})
	var r report
	r.nodesUsed(u)
	r.redisUsed(u)
	if r.NodePerMessage != nil || r.ServerCPU != nil || r.RedisCPU != nil || r.RedisCommands != nil {
		t.Error("figures of nothing")
	}
	r.Acked, r.Delivered = 100, 1000
	r.nodesUsed(u)
	r.redisUsed(u)
	if *r.NodePerMessage != 40_000 || *r.NodePerDelivery != 4000 || *r.ServerCPU != 4000 || *r.RedisCPU != 10_000 || *r.RedisCommands != 2 {
		t.Errorf("%v and %v of the nodes, %v of Redis, %v commands", *r.NodePerMessage, *r.NodePerDelivery, *r.RedisCPU, *r.RedisCommands)
	}
}

// The name of a process may hold anything, also what looks like the fields after it.
func TestProcessFigures(t *testing.T) {
	stat := "4242 (a) S 1 2 (b)) S 1 4242 4242 0 -1 4194560 1 0 0 0 150 25 7 9 20 0 5 0 1 2 3"
	if cpu, err := parseCPU([]byte(stat)); err != nil || cpu != 1750*time.Millisecond {
		t.Errorf("CPU %v, %v", cpu, err)
	}
	if _, err := parseCPU([]byte("1 (x) S 1")); err == nil {
		t.Error("a short line was taken")
	}
	rollup := "00400000-7fff0000 ---p 00000000 00:00 0 [rollup]\nRss:               61388 kB\nPss:  5 kB\n"
	if rss, err := parseRSS([]byte(rollup)); err != nil || rss != 61388 {
		t.Errorf("RSS %v, %v", rss, err)
	}
	if _, err := parseRSS(nil); err == nil {
		t.Error("nothing was taken")
	}
}
