package server

import (
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/kith-chat/kith/server/crisis"
	"github.com/kith-chat/kith/static"
)

// linesFile is where the client finds the crisis lines.
const linesFile = "lines.json"

// Lines is the table of crisis lines that people are shown: the clinic's own, or the one
// that comes with the client.
func (c Config) Lines(now time.Time) (crisis.Table, error) {
	data, from := []byte(nil), "the client's own table"
	var err error
	if c.CrisisLines == "" {
		data, err = fs.ReadFile(static.Files, linesFile)
	} else {
		from = c.CrisisLines
		data, err = os.ReadFile(c.CrisisLines)
	}
	if err != nil {
		return crisis.Table{}, fmt.Errorf("-crisis-lines: %s cannot be read: give a file that the server may read", from)
	}
	table, err := crisis.Parse(data, now)
	if err != nil {
		return crisis.Table{}, fmt.Errorf("-crisis-lines %s: %w", from, err)
	}
	return table, nil
}

// client is the client's files, with the clinic's own crisis lines where it has some. It
// is asked after Check.
func (c Config) client() (fs.FS, error) {
	if c.CrisisLines == "" {
		return static.Files, nil
	}
	data, err := os.ReadFile(c.CrisisLines)
	return withLines{static.Files, data}, err
}

// withLines is the client's files with one of them replaced.
type withLines struct {
	fs.FS
	lines []byte
}

// ReadFile implements fs.ReadFileFS.
func (w withLines) ReadFile(name string) ([]byte, error) {
	if name == linesFile {
		return w.lines, nil
	}
	return fs.ReadFile(w.FS, name)
}
