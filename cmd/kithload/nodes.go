package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// nodes are the server's processes; none for a server elsewhere.
type nodes []*child

// startNodes starts a process for each configuration, all or none.
func startNodes(ctx context.Context, configs []serveConfig, stderr io.Writer) (nodes, error) {
	var list nodes
	for i, config := range configs {
		one, err := start(ctx, serveChild, config, stderr)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("node %d of %d: %w", i+1, len(configs), err), list.stop())
		}
		list = append(list, one)
	}
	return list, nil
}

// origins is where members connect.
func (n nodes) origins() []string {
	list := make([]string, len(n))
	for i, one := range n {
		list[i] = "http://" + one.Addr
	}
	return list
}

// cpu is what all have used together.
func (n nodes) cpu() (total time.Duration, err error) {
	for _, one := range n {
		used, err := cpuOf(one.pid())
		if err != nil {
			return 0, err
		}
		total += used
	}
	return total, nil
}

// rss is the memory of all together, in KiB.
func (n nodes) rss() (total int, err error) {
	for _, one := range n {
		size, err := rssOf(one.pid())
		if err != nil {
			return 0, err
		}
		total += size
	}
	return total, nil
}

// stop ends all, whatever becomes of any.
func (n nodes) stop() error {
	var errs []error
	for _, one := range n {
		errs = append(errs, one.stop())
	}
	return errors.Join(errs...)
}
