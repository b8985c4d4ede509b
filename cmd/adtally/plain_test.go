package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// evil is a name with control characters: clear screen, set title, new line, and change of
// writing direction.
const evil = "Shop\x1b[2J\x1b]0;x\x07\r\nadmin  ok\t\u009b1m\x7f\u202eevil"

const evilShown = `Shop\u001b[2J\u001b]0;x\u0007\u000d\nadmin  ok\t\u009b1m\u007f\u202eevil`

// Names and messages from outside are printed with escaped control characters; JSON output
// keeps the original characters.
func TestCommandLine_NamesOfOthersDoNothing(t *testing.T) {
	t.Parallel()
	answer := map[string]any{"id": "s1", "name": evil, "fault": map[string]any{"message": evil}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/bad"):
			w.WriteHeader(http.StatusConflict)
			_ = json.NewEncoder(w).Encode(map[string]any{"code": "x", "act": "configure", "detail": evil, "hint": evil})
		case strings.HasSuffix(r.URL.Path, "/raw"):
			_, _ = io.WriteString(w, `{"id": "s1", "name": "`+"a\u009bb\x7f\u202ec"+`"}`)
		case strings.HasSuffix(r.URL.Path, "/sources"):
			_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{answer}})
		default:
			_ = json.NewEncoder(w).Encode(answer)
		}
	}))
	defer server.Close()
	secrets := map[string]string{keyVariable: "adt_x"}
	for what, args := range map[string][]string{"a list": {"source", "list"}, "a card": {"source", "show", "s1"}, "an error": {"source", "show", "bad"}, "JSON": {"source", "show", "raw", "--json"}} {
		out, errs, _ := typed(t, secrets, append(args, "--server", server.URL)...)
		text := out + errs
		if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), harmful) || strings.Contains(text, "\nadmin") {
			t.Errorf("%s: %q", what, text)
		}
		if what != "JSON" && !strings.Contains(text, evilShown) {
			t.Errorf("%s does not show the name: %q", what, text)
		}
		var got struct{ Name string }
		if err := json.Unmarshal([]byte(out), &got); what == "JSON" && (err != nil || got.Name != "a\u009bb\x7f\u202ec") {
			t.Errorf("%s: %q, %v, %q", what, got.Name, err, out)
		}
	}
}

// A character may come in two parts, and what is harmless stays.
func TestPlain_WritesWhatIsHarmlessAsItIs(t *testing.T) {
	t.Parallel()
	const text = "é قهوة ☕ 🏳️‍🌈 a\tb\nc \u200f"
	for cut := range len(text) {
		var b strings.Builder
		p := &plain{to: &b}
		fmt.Fprint(p, text[:cut])
		fmt.Fprint(p, text[cut:])
		if b.String() != text {
			t.Errorf("cut at %d: %q", cut, b.String())
		}
	}
}
