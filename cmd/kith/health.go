package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kith-chat/kith/server/control"
)

// health is what a container asks: exit 0 if the server that runs on the data
// folder is ready.
func health(ctx context.Context, e *environment) error {
	data, _, err := e.dataOnly(newFlags(), 0)
	if err != nil {
		return err
	}
	status, err := control.Dial(data).Status(ctx)
	if err != nil {
		return err
	}
	if status.Ready != "" {
		return errors.New(status.Ready)
	}
	fmt.Fprintln(e.stdout, "ready at", status.URL)
	return nil
}
