package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is how this module's packages begin.
const module = "github.com/kith-chat/kith/"

// pure is what decides: the same records must give the same answer on every node,
// in every test and in ten years. So these packages touch no I/O, clock, randomness
// or log. fact and program count: room and person stand on them.
var pure = []string{"server/room", "server/person", "server/person/fact", "server/program", "server/desk", "server/triage", "server/wire", "server/strictjson", "server/access", "server/alias", "server/crisis", "server/hours"}

// impure is what a pure package may not import, with what it would bring in. A path
// ending in / stands for all below it.
var impure = map[string]string{
	"net": "the network", "net/": "the network", "os": "files and the environment", "os/": "files and the environment",
	"io/ioutil": "files", "syscall": "the system", "database/": "a store", "math/rand": "chance", "math/rand/": "chance",
	"crypto/rand": "chance", "log": "a log that could hold what people wrote", "log/": "a log that could hold what people wrote",
	"testing": "tests", "unsafe": "anything",
}

// clockCalls is what of package time a pure package may not call. Durations and types
// are only words.
var clockCalls = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// walls are the arrows between our own packages that must not be. from and to are
// folders; one ending in / stands for all below it, except what but names.
var walls = []struct{ from, to, but, because string }{
	{"server/room", "server/", "server/alias server/hours server/person server/strictjson", "a room decides by its own log alone; from person it has only ids"},
	{"server/person", "server/", "server/person/fact server/eventlog", "a person's log knows rooms by their ids only, and nothing above it"},
	{"server/person/fact", "server/", "server/eventlog server/strictjson", "facts are what records are made of: nothing is below them but the record"},
	{"server/program", "server/", "server/person server/person/fact server/eventlog server/strictjson", "the programme's list of rooms and people is a fold like theirs"},
	{"server/wire", "server/", "server/room server/person server/hours server/strictjson", "the protocol speaks of rooms and people, and does not know how they are kept or who serves them"},
	{"server/strictjson", "server/", "", "one way of reading JSON, for whoever reads any"},
	{"server/eventlog", "server/", "", "the contract of the stores stands below everything that uses it"},
	{"server/eventlog/logtest", "server/", "server/eventlog", "the suite tests any store by the contract, so it may know none"},
	{"server/sqlitestore", "server/", "server/eventlog", "a store keeps sealed bytes; what they mean is not its business"},
	{"server/redisstore", "server/", "server/eventlog", "a store keeps sealed bytes; what they mean is not its business"},
	{"server/move", "server/", "server/eventlog", "it copies between stores that it knows by the contract alone"},
	{"server/access", "server/", "server/person server/person/fact server/eventlog", "what was read is a fold like a person's"},
	{"server/accessbook", "server/", "server/access server/person server/person/fact server/eventlog", "it writes for the hub and must not know it"},
	{"server/desk", "server/", "server/person server/person/fact server/eventlog", "the queue is a fold like a person's, and knows rooms by their ids only"},
	{"server/deskbook", "server/", "server/desk server/person server/person/fact server/eventlog", "it follows rooms that somebody else knows"},
	{"server/hours", "server/", "", "what a clock shows is the same for everybody"},
	{"server/pager", "server/", "server/desk server/deskbook", "it sends what the queue says, and must not know what is behind it"},
	{"server/duty", "server/", "server/person server/eventlog", "who answers is a list of people, whatever they answer to"},
	{"server/crisis", "server/", "server/strictjson", "a table of numbers needs nobody"},
	{"server/alias", "server/", "", "how names look is nobody's secret and needs nothing"},
	{"server/audit", "server/", "server/eventlog", "who checks the record must not depend on who writes it"},
	{"server/keyfile", "server/", "server/eventlog", "it makes and checks keys and needs nothing that uses them"},
	{"server/hub", "server/", "server/room server/wire server/person server/hours server/eventlog", "live rooms must run on any store, behind any edge, for anybody who was let in"},
	{"server/auth", "server/hub", "", "who may come in is decided before there is a connection"},
	{"server/auth", "server/web", "", "what a request looks like must not decide who may come in"},
	{"server/auth", "server/room", "", "an account is not a membership; only people joins the two"},
	{"server/auth", "server/sqlitestore", "", "accounts must be the same on any store"},
	{"server/people", "server/web", "", "acts over several streams are the same whoever asks"},
	{"server/people", "server/sqlitestore", "", "and the same on any store"},
	{"server/web", "server/sqlitestore", "", "the edge must not reach around the hub into the store"},
	{"server/web", "server/redisstore", "", "the edge must not reach around the hub into the store"},
	{"server/control", "server/", "server/strictjson", "the control socket carries commands and does not know what they do"},
	{"static", "server/", "", "the client is files"},
	{"server/", "cmd/", "", "a program is not a library"},
}

// starts are the only folders from which the whole server may be imported: what
// starts it. Whatever else knew it would know everything.
var starts = []string{"cmd/", "server/servertest", "server/browsertest"}

// source is what one package's files, without tests, import and call.
type source struct {
	imports []string
	times   []string // what it takes from package time
}

func TestArrows(t *testing.T) {
	packages := readPackages(t, "..")
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		for _, to := range packages[folder].imports {
			if ours, ok := strings.CutPrefix(to, module); ok {
				checkOurs(t, folder, ours)
			} else if because := banned(to); because != "" && slices.Contains(pure, folder) {
				t.Errorf("%s imports %s: it is pure, and that is %s", folder, to, because)
			}
		}
		for _, call := range packages[folder].times {
			if slices.Contains(pure, folder) && slices.Contains(clockCalls, call) {
				t.Errorf("%s calls time.%s: it is pure, time comes in with the command", folder, call)
			}
		}
	}
}

func checkOurs(t *testing.T, from, to string) {
	for _, w := range walls {
		if covers(w.from, from) && covers(w.to, to) && !slices.Contains(strings.Fields(w.but), to) {
			t.Errorf("%s imports %s: %s", from, to, w.because)
		}
	}
	if to == "server" && !slices.ContainsFunc(starts, func(s string) bool { return covers(s, from) }) {
		t.Errorf("%s imports server: only what starts the server may know all of it", from)
	}
}

func banned(importPath string) string {
	for prefix, because := range impure {
		if covers(prefix, importPath) {
			return because
		}
	}
	return ""
}

// covers: a name ending in / stands for all below it, another for itself.
func covers(name, folder string) bool {
	return folder == name || strings.HasSuffix(name, "/") && strings.HasPrefix(folder, name)
}

// readPackages reads every package of the module, by its folder.
func readPackages(t *testing.T, root string) map[string]source {
	packages := make(map[string]source)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		key := path.Clean(filepath.ToSlash(folder))
		packages[key], err = readFile(name, packages[key])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// readFile adds one file to what is known of its package.
func readFile(name string, known source) (source, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		return known, err
	}
	timeIs := "" // the name under which this file has package time
	for _, i := range file.Imports {
		to, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return known, err
		}
		known.imports = append(known.imports, to)
		if to == "time" {
			timeIs = "time"
			if i.Name != nil {
				timeIs = i.Name.Name
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && timeIs != "" {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == timeIs {
				known.times = append(known.times, s.Sel.Name)
			}
		}
		return true
	})
	return known, nil
}

// The walk sees the packages it is about: a wall around an empty place holds
// nothing. Those not built yet are named.
func TestArrowsKnowTheHouse(t *testing.T) {
	packages := readPackages(t, "..")
	planned := []string{"server/triage"}
	for _, folder := range pure {
		if _, there := packages[folder]; !there && !slices.Contains(planned, folder) {
			t.Errorf("%s is pure and does not exist", folder)
		}
	}
	for _, w := range walls {
		if _, there := packages[w.from]; !there && !strings.HasSuffix(w.from, "/") && !slices.Contains(planned, w.from) {
			t.Errorf("a wall around %s, which does not exist", w.from)
		}
		for _, to := range strings.Fields(w.but) {
			if !slices.Contains(packages[w.from].imports, module+to) && !slices.Contains(planned, w.from) {
				t.Errorf("%s need not be allowed %s", w.from, to)
			}
		}
	}
	if imports := packages["server/hub"].imports; !slices.Contains(imports, module+"server/room") || !slices.Contains(imports, "context") {
		t.Errorf("of the hub's imports only %v were found", imports)
	}
	if !slices.Contains(packages["server/web"].times, "Now") {
		t.Error("not even the edge was seen to look at a clock")
	}
}
