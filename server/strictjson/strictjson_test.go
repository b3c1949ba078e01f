package strictjson

import "testing"

func TestUnmarshal(t *testing.T) {
	type one struct {
		A int `json:"a"`
	}
	for text, good := range map[string]bool{
		`{"a":1}`: true, ` {"a":1}` + "\n": true, `{}`: true,
		`{"a":1,"b":2}`: false, `{"a":"1"}`: false, `{"a":1}{}`: false, `{"a":1} x`: false, ``: false, `{"a":1`: false, `[]`: false,
		`{"A":1}`: false, `{"a":1,"a":2}`: false, "{\"a\":1,\"\xff\":2}": false,
	} {
		var v one
		if err := Unmarshal([]byte(text), &v); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}
