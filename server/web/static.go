package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// asset is one file of the client, ready to be sent.
type asset struct {
	kind          string
	plain, packed []byte
}

// assets is the client's files under one hash: whatever changes, changes the hash,
// so that browsers may keep every file for ever.
type assets struct {
	prefix string // "/static/HASH/"
	files  map[string]asset
	index  asset
}

// loadAssets reads the client once, at start. index.html names files under
// "/static/"; here they get their hashed place.
func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{files: make(map[string]asset)}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
		a.files[name] = newAsset(name, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: read the client: %w", err)
	}
	index, ok := a.files["index.html"]
	if !ok {
		return nil, fmt.Errorf("web: the client has no index.html")
	}
	a.prefix = "/static/" + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	a.index = newAsset("index.html", bytes.ReplaceAll(index.plain, []byte(`"/static/`), []byte(`"`+a.prefix)))
	return a, nil
}

// kinds are told here, not asked of the machine, whose table may say otherwise.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

func newAsset(name string, data []byte) asset {
	kind, ok := kinds[path.Ext(name)]
	if !ok {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		panic("web: " + err.Error())
	}
	_, _ = z.Write(data) // into memory: cannot fail
	_ = z.Close()
	a := asset{kind: kind, plain: data}
	if small.Len() < len(data)*9/10 {
		a.packed = small.Bytes()
	}
	return a
}

func (a asset) send(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Add("Vary", "Accept-Encoding")
	body := a.plain
	if a.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		body = a.packed
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader may have gone
	}
}

// page is "/": the one page there is.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	s.assets.index.send(w, r)
	return nil
}

// static is everything else of the client, under its hash.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutPrefix(r.URL.Path, s.assets.prefix)
	file, found := s.assets.files[name]
	if !ok || !found {
		return errNotFound
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	file.send(w, r)
	return nil
}
