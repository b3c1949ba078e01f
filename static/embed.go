// Package static is the browser client: plain ES modules, styles and words. It has no build step; what is served is
// what stands here, save that comments stay at home.
//
// Files holds exactly what is served. Tests, type declarations and notes stay out of it. index.html refers to its
// parts by "/static/…", which the server may rewrite to a path that names their content; the modules refer to each
// other, and to their language file, by relative addresses only.
package static

import (
	"embed"
	"io/fs"
)

//go:embed index.html icon.svg lines.json *.js view/*.js team/*.js team/*.css style/*.css lang/*.json
var sources embed.FS

// Files is the client as it is served, with index.html at the top. It is read-only, safe for concurrent use, and never
// fails to open a file that it lists.
var Files fs.FS = served{sources}
