package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/seed"
)

// fill makes rooms, members, sessions and messages in a folder or a Redis that no server
// uses.
func fill(ctx context.Context, config server.Config, now time.Time, o options, progress func(format string, args ...any)) ([]seed.Room, error) {
	opened, err := server.Open(config)
	if err != nil {
		return nil, err
	}
	spec := seed.Spec{Rooms: o.rooms, Members: o.members, Moderators: 1, Preload: o.preload}
	rooms, err := seed.Fill(ctx, opened.Log, opened.Values, opened.Keys.Derive("known devices"), now, spec, func(done, of int) {
		if done%100 == 0 {
			progress("%d of %d rooms made", done, of)
		}
	})
	return rooms, errors.Join(err, opened.Close())
}

// seedFolder is the command kithload seed: it prepares a folder for a server of
// one's own, and the file of tokens that -tokens takes.
func seedFolder(ctx context.Context, args []string, stderr io.Writer) error {
	var o options
	f := flag.NewFlagSet("kithload seed", flag.ContinueOnError)
	f.SetOutput(stderr)
	data := f.String("data", "", "folder to fill, new and used by no server")
	key := f.String("key", "", "file of the key (default: the folder's name and .key)")
	tokens := f.String("tokens", "", "file to write the sessions' tokens to; whoever has it is all of these people")
	f.IntVar(&o.rooms, "rooms", 100, "rooms")
	f.IntVar(&o.members, "members", 12, "members of each room")
	f.IntVar(&o.preload, "preload", 0, "messages that each room holds")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *data == "" || *tokens == "" || f.NArg() > 0 || o.rooms < 1 || o.members < 1 || o.preload < 0 {
		return errors.New("kithload seed needs -data and -tokens, and 1 or more -rooms and -members; -h lists the flags")
	}
	if *key == "" {
		*key = server.DefaultKey(*data)
	}
	rooms, err := fill(ctx, server.Config{Data: *data, Key: *key, InsecureSyncOff: true}, time.Now(), o, progressOn(stderr))
	if err != nil {
		return err
	}
	text, err := json.Marshal(rooms)
	if err != nil {
		return err
	}
	return os.WriteFile(*tokens, text, 0o600)
}

// readTokens reads what seedFolder wrote. What is in the file decides how many rooms
// and members there are.
func readTokens(file string) ([]seed.Room, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var rooms []seed.Room
	if err := json.Unmarshal(text, &rooms); err != nil || len(rooms) == 0 {
		return nil, fmt.Errorf("%s is no file of tokens: make one with kithload seed", file)
	}
	for _, r := range rooms {
		if len(r.Members) != len(rooms[0].Members) || len(r.Members) == 0 {
			return nil, fmt.Errorf("%s has rooms of different sizes: make it with kithload seed", file)
		}
	}
	return rooms, nil
}
