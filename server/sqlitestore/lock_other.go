//go:build !unix

package sqlitestore

import (
	"errors"
	"os"
)

// lockFolder refuses: without a lock two processes could write one file.
func lockFolder(string) (*os.File, error) {
	return nil, errors.New("Kith keeps its data on Unix systems only: this one has no lock for the data folder")
}
