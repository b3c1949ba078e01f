package static

import (
	"bytes"
	"embed"
	"io"
	"io/fs"
	"path"
	"regexp"
)

// served is the embedded files with scripts and styles bare of comments. The comments are a third of the bytes: types
// for the checker and reasons for the next reader, neither of any use to a phone on a slow line.
type served struct{ embed.FS }

// A comment block, and a line that is only a comment. Strings here hold neither; a test keeps it so.
var (
	block = regexp.MustCompile(`(?s)/\*.*?\*/ ?`)
	line  = regexp.MustCompile(`(?m)^[ \t]*//.*$`)
	blank = regexp.MustCompile(`(?m)^[ \t]+$`)
)

// bare takes the comments out and leaves every line where it was, so that a browser's error names the line that stands
// in the source.
func bare(name string, text []byte) []byte {
	switch path.Ext(name) {
	case ".js":
		text = block.ReplaceAllFunc(text, lineEnds)
		text = line.ReplaceAll(text, nil)
	case ".css":
		text = block.ReplaceAllFunc(text, lineEnds)
	default:
		return text
	}
	return blank.ReplaceAll(text, nil)
}

func lineEnds(comment []byte) []byte {
	return bytes.Repeat([]byte{'\n'}, bytes.Count(comment, []byte{'\n'}))
}

// ReadFile implements fs.ReadFileFS.
func (s served) ReadFile(name string) ([]byte, error) {
	text, err := s.FS.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return bare(name, text), nil
}

// Open implements fs.FS.
func (s served) Open(name string) (fs.File, error) {
	file, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if dir, ok := file.(fs.ReadDirFile); ok {
		return bareDir{dir, s, name}, nil
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	text, err := s.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &bareFile{Reader: bytes.NewReader(text), info: bareInfo{info, int64(len(text))}}, nil
}

// ReadDir implements fs.ReadDirFS.
func (s served) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := s.FS.ReadDir(name)
	return s.entries(name, entries), err
}

// entries makes the entries of a folder tell the sizes of what is served.
func (s served) entries(dir string, entries []fs.DirEntry) []fs.DirEntry {
	for i, entry := range entries {
		if !entry.IsDir() {
			entries[i] = bareEntry{entry, s, path.Join(dir, entry.Name())}
		}
	}
	return entries
}

type bareDir struct {
	fs.ReadDirFile
	in   served
	name string
}

func (d bareDir) ReadDir(n int) ([]fs.DirEntry, error) {
	entries, err := d.ReadDirFile.ReadDir(n)
	return d.in.entries(d.name, entries), err
}

type bareEntry struct {
	fs.DirEntry
	in   served
	name string
}

func (e bareEntry) Info() (fs.FileInfo, error) { return fs.Stat(e.in, e.name) }

// bareFile is an open file; Seek and ReadAt come with the reader, as http.FileServerFS wants.
type bareFile struct {
	*bytes.Reader
	info bareInfo
}

var (
	_ fs.File   = (*bareFile)(nil)
	_ io.Seeker = (*bareFile)(nil)
)

func (f *bareFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *bareFile) Close() error               { return nil }

type bareInfo struct {
	fs.FileInfo
	size int64
}

func (i bareInfo) Size() int64 { return i.size }
