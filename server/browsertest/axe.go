package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// axeFile is where the README's test command puts axe-core, seen from the
// module's root. It is fetched, never committed.
const axeFile = ".tools/node_modules/axe-core/axe.min.js"

// violation is what axe-core finds.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe fails the test for every violation of WCAG 2.2 A or AA that axe-core finds
// on the page as it is.
func (p *Page) Axe(state string) {
	p.t.Helper()
	source := axeSource(p.t)
	Eval[any](p, "void (() => {"+source+"\n})()")
	found := Eval[[]violation](p, `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})
		.then(r => r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => ({target: n.target, failureSummary: n.failureSummary}))})))`)
	for _, v := range found {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: axe %s (%s) at %v: %s", state, v.ID, v.Help, n.Target, n.Summary)
		}
	}
}

// AxeBoth is Axe in light and in dark.
func (p *Page) AxeBoth(state string) {
	p.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		p.Scheme(scheme)
		p.Axe(state + ", " + scheme)
	}
}

func axeSource(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		source, readErr := os.ReadFile(filepath.Join(dir, axeFile))
		if readErr == nil {
			return string(source)
		}
		if _, rootErr := os.Stat(filepath.Join(dir, "go.mod")); rootErr == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	Missing(t, "axe-core", "npm install --prefix "+strings.SplitN(axeFile, "/", 2)[0]+" axe-core")
	return ""
}
