package redisstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// holds tells whether any file below a folder has these bytes in it.
func holds(t *testing.T, dir, what string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(what))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
