// Package static is the browser client: plain ES modules, styles and words, served as they stand. It has no build step.
//
// Files holds exactly what is served. Tests, type declarations and notes stay out of it. index.html refers to its
// parts by "/static/…", which the server may rewrite to a path that names their content; the modules refer to each
// other, and to their language file, by relative addresses only.
package static

import "embed"

// Files is the client as it is served, with index.html at the top. It is read-only and never fails to open a file
// that it lists.
//
//go:embed index.html icon.svg lines.json *.js view/*.js style/*.css lang/*.json
var Files embed.FS
