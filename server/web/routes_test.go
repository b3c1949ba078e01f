package web

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/go-chi/chi/v5"
)

// Every route stands in the manual, and the manual names no other: tests that go
// through all of them read them there.
func TestManualNamesEveryRoute(t *testing.T) {
	manual, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, row := range regexp.MustCompile("(?m)^(?:\\| |)(GET|POST) `(/[^`]*)`").FindAllStringSubmatch(string(manual), -1) {
		told = append(told, row[1]+" "+row[2])
	}
	var served []string
	page := []string{"GET /", "GET /static/*"}
	err = chi.Walk((&Server{}).routes(), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if name := method + " " + route; !slices.Contains(page, name) {
			served = append(served, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(told)
	slices.Sort(served)
	if !slices.Equal(told, served) {
		t.Errorf("the manual names\n%q\nserved are\n%q", told, served)
	}
}
