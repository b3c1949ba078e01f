package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// demoMark is the file that says a folder's programme is made up: anybody may be anybody
// in it, so it must never be served as a real one, nor a real one as a demo.
const demoMark = "demo"

const demoMarkWords = "The programme in this folder is made up, by kith demo.\n"

func isDemo(data string) bool {
	_, err := os.Stat(filepath.Join(data, demoMark))
	return err == nil
}

// markDemo marks a folder before anything is in it, and refuses one with a programme
// that was not made up.
func markDemo(data string) error {
	if isDemo(data) {
		return nil
	}
	if hasData(data) {
		return fmt.Errorf("there is a programme in %s that is no demo: name a new folder with -data, or leave -data and KITH_DATA away for a temporary one", data)
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("the folder for the demo: %w", err)
	}
	if err := os.WriteFile(filepath.Join(data, demoMark), []byte(demoMarkWords), 0o600); err != nil {
		return fmt.Errorf("the folder for the demo: %w", err)
	}
	return nil
}

// refuseDemo is for serving people who are real.
func refuseDemo(data string) error {
	if !isDemo(data) {
		return nil
	}
	return fmt.Errorf("the programme in %s was made up by kith demo: name another folder with -data, or look around with kith demo -data %[1]s", data)
}
