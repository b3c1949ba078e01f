package static

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// budget is what a first load may weigh, compressed as the server does it.
const budget = 80 << 10 // with moderation and the second step: about 3 s on a slow phone line, once

// requireNode skips where there is no node, but not on CI: there a missing node is a failure.
func requireNode(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node is missing: install nodejs 20 or later")
		}
		t.Skip("not run: install the package nodejs (20 or later) to run the client's own tests")
	}
}

func TestClientsOwnTests(t *testing.T) {
	requireNode(t)
	tests, err := filepath.Glob("tests/*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests found: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"--test"}, tests...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// What is served is the sources without their comments: it must still be whole, line for line.
func TestServedScriptsAreWhole(t *testing.T) {
	for _, name := range list(t, ".js") {
		source, bared := read(t, sources, name), read(t, Files, name)
		if strings.Count(source, "\n") != strings.Count(bared, "\n") {
			t.Errorf("%s: lines moved", name)
		}
		if strings.Contains(bared, "/*") || strings.Contains(bared, "*/") {
			t.Errorf("%s: a comment is left, or a string looks like one", name)
		}
	}
	requireNode(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, Files); err != nil {
		t.Fatal(err)
	}
	// One process parses them all, as modules.
	const parse = `const vm = require("vm"), fs = require("fs");
		for (const name of process.argv.slice(1)) new vm.SourceTextModule(fs.readFileSync(name, "utf8"), {identifier: name});`
	args := append([]string{"--no-warnings", "--experimental-vm-modules", "-e", parse, "--"}, list(t, ".js")...)
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFilesIsAFileSystem(t *testing.T) {
	if err := fstest.TestFS(Files, "index.html", "app.js", "view/room.js", "lang/en.json", "lines.json"); err != nil {
		t.Fatal(err)
	}
	for _, name := range list(t, "") {
		if strings.Contains(name, "test") || strings.HasSuffix(name, ".d.ts") {
			t.Errorf("%s is served", name)
		}
	}
}

func TestFirstLoadFitsTheBudget(t *testing.T) {
	total := 0
	for _, name := range list(t, "") {
		if loadedLater(name) {
			continue
		}
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		_, _ = z.Write([]byte(read(t, Files, name)))
		_ = z.Close()
		total += packed.Len()
	}
	t.Logf("%d bytes compressed, of %d", total, budget)
	if total > budget {
		t.Errorf("the first load is %d bytes compressed, more than %d", total, budget)
	}
}

// loadedLater: what only moderators load, when they come in.
// The gentle look at what one is about to send comes after everything else.
func loadedLater(name string) bool {
	return strings.HasPrefix(name, "team/") || name == "gentle.js" || name == "medicines.js"
}

// Every module is asked for at once, not one behind the other.
func TestIndexPreloadsEveryModule(t *testing.T) {
	index := read(t, Files, "index.html")
	for _, name := range list(t, ".js") {
		if asked := strings.Contains(index, `"/static/`+name+`"`); asked == loadedLater(name) {
			t.Errorf("index.html asks for %s: %v", name, asked)
		}
	}
	for _, found := range regexp.MustCompile(`"/static/([^"]+)"`).FindAllStringSubmatch(index, -1) {
		if _, err := fs.Stat(Files, found[1]); err != nil {
			t.Errorf("index.html asks for %s: %v", found[1], err)
		}
	}
}

// No request ever goes elsewhere, and nothing stays in the browser.
func TestNothingLeavesAndNothingStays(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)https?://|localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie|` +
		`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function`)
	for _, name := range list(t, "") {
		// The name of the SVG language is an address by form only; nothing fetches it.
		text := strings.ReplaceAll(read(t, Files, name), `xmlns="http://www.w3.org/2000/svg"`, "")
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
	index := read(t, Files, "index.html")
	if found := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>`).FindString(index); found != "" {
		t.Errorf("index.html holds %q, which the content policy refuses", found)
	}
}

// Every word that is asked for exists, and every word that exists is asked for.
func TestWordsMatchTheirUse(t *testing.T) {
	used, families := usedWords(t)
	have := map[string]bool{}
	for view, names := range words(t) {
		if view == "server" { // read by package web
			continue
		}
		for name := range names {
			have[view+"."+name] = true
		}
	}
	for key := range used {
		if !have[key] {
			t.Errorf("there is no word %s", key)
		}
	}
	for key := range have {
		view, _, _ := strings.Cut(key, ".")
		if !used[key] && !families[view+"."] {
			t.Errorf("nobody uses the word %s", key)
		}
	}
}

// usedWords finds the keys in scripts and templates, and the views whose keys are made from a code ("error.").
func usedWords(t *testing.T) (keys, families map[string]bool) {
	keys, families = map[string]bool{}, map[string]bool{}
	inTemplates := regexp.MustCompile(`data-word(?:-[a-z]+)?="([^"]+)"`)
	inScripts := regexp.MustCompile(`'([a-z_]+\.[a-z_]+)'`)
	made := regexp.MustCompile("word\\(`([a-z_]+\\.)\\$\\{")
	views := words(t)
	for _, found := range inTemplates.FindAllStringSubmatch(read(t, Files, "index.html"), -1) {
		keys[found[1]] = true
	}
	for _, name := range list(t, ".js") {
		text := read(t, Files, name)
		for _, found := range inScripts.FindAllStringSubmatch(text, -1) {
			if view, _, _ := strings.Cut(found[1], "."); views[view] != nil {
				keys[found[1]] = true
			}
		}
		for _, found := range made.FindAllStringSubmatch(text, -1) {
			families[found[1]] = true
		}
	}
	return keys, families
}

// The codes of both interfaces, taken from their manuals, each have words.
func TestEveryErrorCodeHasWords(t *testing.T) {
	have := words(t)["error"]
	code := regexp.MustCompile("`([a-z][a-z0-9_]+)`")
	for manual, from := range map[string]string{"../server/wire/README.md": "## Error codes", "../server/web/README.md": "Errors: 404"} {
		text, err := os.ReadFile(manual)
		if err != nil {
			t.Fatal(err)
		}
		_, codes, found := strings.Cut(string(text), from)
		if !found {
			t.Fatalf("%s: no %q", manual, from)
		}
		if end := strings.Index(codes, "\n## "); end >= 0 {
			codes = codes[:end]
		}
		if start := strings.Index(codes, "Of the frame:"); start >= 0 {
			codes = codes[start:]
		}
		// What is no answer to a client is not for people.
		codes, _, _ = strings.Cut(codes, "Of what only the programme")
		for _, match := range code.FindAllStringSubmatch(codes, -1) {
			if have[match[1]] == nil {
				t.Errorf("%s: the code %s has no words", manual, match[1])
			}
		}
	}
	for _, name := range []string{"sign_in_wrong", "slow_down", "signed_out", "locked", "wrong_origin", "not_proxy", "cross_site", "not_allowed"} {
		if have[name] == nil {
			t.Errorf("the code %s has no words", name)
		}
	}
}

func TestCrisisLinesAreUsable(t *testing.T) {
	var data struct {
		Regions []struct {
			Name  string
			Lines []struct{ Name, Way, Show, Href, Listed, Checked string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, Files, "lines.json")), &data); err != nil {
		t.Fatal(err)
	}
	href := map[string]*regexp.Regexp{
		"call": regexp.MustCompile(`^tel:\+?[0-9]{3,}$`), "text": regexp.MustCompile(`^sms:[0-9]{3,}(\?body=[A-Z]+)?$`),
	}
	day := regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	for _, region := range data.Regions {
		for _, line := range region.Lines {
			if way := href[line.Way]; way == nil || !way.MatchString(line.Href) || line.Name == "" || line.Show == "" {
				t.Errorf("%s: %+v", region.Name, line)
			}
			if !day.MatchString(line.Listed) || (line.Checked != "" && !day.MatchString(line.Checked)) {
				t.Errorf("%s, %s: a date is missing", region.Name, line.Name)
			}
		}
	}
}

// words is the language file: view, then name, then a text or its plural forms.
func words(t *testing.T) map[string]map[string]any {
	t.Helper()
	var table map[string]map[string]any
	if err := json.Unmarshal([]byte(read(t, Files, "lang/en.json")), &table); err != nil {
		t.Fatal(err)
	}
	return table
}

// list names what is served, all of it or by extension.
func list(t *testing.T, ext string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (ext == "" || path.Ext(name) == ext) {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s files: %v", ext, err)
	}
	slices.Sort(names)
	return names
}

func read(t *testing.T, files fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
