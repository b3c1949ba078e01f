package keyfile

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	words = `# The key of a Kith programme. What Kith has stored can only be read with it.
# Keep a copy in another place than the data and its backups. Show it to nobody.
`
	// storeFile in a folder makes it a data folder.
	storeFile = "kith.db"
	// maxFile bounds what is read, in bytes.
	maxFile = 4096
)

// contents is what a key file says.
type contents struct {
	current eventlog.Key
	older   []eventlog.Key
}

func (c contents) keyring() *eventlog.Keyring { return eventlog.NewKeyring(c.current, c.older...) }

// Load reads the key file at path. Errors: ErrMissing, ErrOpen, ErrInside,
// ErrDamaged.
func Load(path string) (*eventlog.Keyring, error) {
	c, err := load(path)
	if err != nil {
		return nil, err
	}
	return c.keyring(), nil
}

// Create makes a key and the file for it at path, with mode 0600, and syncs both
// the file and its name. It makes missing folders (0700). An error if the file is
// there already: os.ErrExist; ErrInside.
func Create(path string) (*eventlog.Keyring, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the folder for the key file: %w", err)
	}
	if err := checkPlace(path); err != nil {
		return nil, err
	}
	c := contents{current: eventlog.NewKey()}
	if err := writeNew(path, c); err != nil {
		return nil, err
	}
	return c.keyring(), nil
}

// LoadOrCreate loads the key file, or creates it for a store that is empty. For
// one that is not, a missing file is ErrMissing: a new key could read nothing.
func LoadOrCreate(path string, storeIsEmpty bool) (*eventlog.Keyring, error) {
	keys, err := Load(path)
	if !errors.Is(err, ErrMissing) || !storeIsEmpty {
		return keys, err
	}
	return Create(path)
}

func load(path string) (contents, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return contents{}, fmt.Errorf("%w: it is looked for at %s. What is stored cannot be read without it: "+
			"put the file, or your copy of it, back in that place", ErrMissing, path)
	}
	if err != nil {
		return contents{}, fmt.Errorf("cannot look at the key file: %w", err)
	}
	if err := checkPlace(path); err != nil {
		return contents{}, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return contents{}, fmt.Errorf("%w: %s has the mode %04o. Close it with: chmod 600 %[2]s", ErrOpen, path, mode)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return contents{}, damaged(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return contents{}, fmt.Errorf("cannot read the key file: %w", err)
	}
	return parse(string(text), path)
}

// damaged never says what stands in the file.
func damaged(path string) error {
	return fmt.Errorf("%w: %s is not in the form of a key file. Put your copy of it in its place", ErrDamaged, path)
}

func parse(text, path string) (contents, error) {
	var c contents
	var haveCurrent bool
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		what, digits, _ := strings.Cut(line, " ")
		b, err := hex.DecodeString(strings.TrimSpace(digits))
		if err != nil || len(b) != len(eventlog.Key{}) {
			return contents{}, damaged(path)
		}
		switch {
		case what == "current" && !haveCurrent:
			c.current, haveCurrent = eventlog.Key(b), true
		case what == "older":
			c.older = append(c.older, eventlog.Key(b))
		default:
			return contents{}, damaged(path)
		}
	}
	if !haveCurrent {
		return contents{}, damaged(path)
	}
	return c, nil
}

func (c contents) text() string {
	var b strings.Builder
	b.WriteString(words)
	fmt.Fprintf(&b, "current %s\n", hex.EncodeToString(c.current[:]))
	for _, k := range c.older {
		fmt.Fprintf(&b, "older %s\n", hex.EncodeToString(k[:]))
	}
	return b.String()
}

// checkPlace refuses a key file in or under a folder that holds a store.
func checkPlace(path string) error {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return fmt.Errorf("cannot find the folder of the key file: %w", err)
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, storeFile)); err == nil {
			return fmt.Errorf("%w: whoever copies %s would have the data and the key to it. Choose another place for %s",
				ErrInside, dir, path)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}
