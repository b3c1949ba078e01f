package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// pageWords are the words the server itself shows people, from the language file's
// "server" group. Everything else is shown by the client.
type pageWords struct {
	WrongOrigin string `json:"wrong_origin"`
	NotProxy    string `json:"not_proxy"`
}

func loadWords(client fs.FS) (pageWords, error) {
	data, err := fs.ReadFile(client, "lang/en.json")
	if err != nil {
		return pageWords{}, fmt.Errorf("web: the language file: %w", err)
	}
	var lang struct {
		Server pageWords `json:"server"`
	}
	if err := json.Unmarshal(data, &lang); err != nil {
		return pageWords{}, fmt.Errorf("web: the language file: %w", err)
	}
	if lang.Server.WrongOrigin == "" || lang.Server.NotProxy == "" {
		return pageWords{}, errors.New("web: the language file has no server.wrong_origin, or no server.not_proxy")
	}
	return lang.Server, nil
}
