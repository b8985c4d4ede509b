package facebookads_test

import (
	"strings"
	"testing"

	"adtally/internal/connector/facebookads"
)

// A bad character is replaced; its row and all others are read.
func TestDecode_ReplacesBadCharacter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, want string }{
		"half a pair, first":    {`a\ud83db`, "a\uFFFDb"},
		"half a pair, second":   {`a\ude00`, "a\uFFFD"},
		"capital escapes":       {`\uD83D\uDE00 \uDBFF`, "😀 \uFFFD"},
		"halves the wrong way":  {`\ude00\ud83d`, "\uFFFD\uFFFD"},
		"two first halves":      {`\ud83d\ud83d\ude00`, "\uFFFD😀"},
		"a whole pair":          {`\ud83d\ude00 ü \u0142`, "😀 ü ł"},
		"a backslash before it": {`a\\ud83d`, `a\ud83d`},
		"a backslash, and half": {`a\\ud83d\ude00b`, "a\\ud83d\uFFFDb"},
		"two backslashes":       {`a\\\ud83d`, "a\\\uFFFD"},
		"a raw control byte":    {"a\x01b", "a\x01b"},
		"a raw line break":      {"a\nb\tc\r", "a\nb\tc\r"},
		"a raw zero":            {"a\x00b", "a\x00b"},
		"a cut sequence":        {"Caf\xc3", "Caf\uFFFD"},
		"a cut emoji":           {"x\xf0\x9f\x98 y", "x\uFFFD\uFFFD\uFFFD y"},
		"Latin-1":               {"M\xfcnchen", "M\uFFFDnchen"},
		"a raw surrogate":       {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
		"quotes":                {"\\\"\x02\\\"", "\"\x02\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := decode(t, "ads", "EUR", `{"id":"1","name":"one"},`+"\n"+`{"id":"2","name":"`+c.sent+`","new":["`+c.sent+`"]},{"id":"3","name":"three"}`)
			b := rows["ads"]
			if b.Rows() != 3 || len(rows) != 1 {
				t.Fatalf("%d rows, tables %v", b.Rows(), rows)
			}
			want(t, b, 0, "name", "one")
			want(t, b, 1, "name", c.want)
			want(t, b, 2, "name", "three")
			if raw, _ := b.Cell(1, "raw"); !strings.HasPrefix(raw, `{"new":["`) || !facebookads.IsJSON(raw) {
				t.Errorf("raw is %q", raw)
			}
		})
	}
}

// The same in a member's name, in a key and in a list of actions.
func TestDecode_BadCharacterAnywhereInRow(t *testing.T) {
	t.Parallel()
	rows := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1`+"\xff"+`","ad_name":"\udfff","x\ud800y":1,"spend":"2","actions":[{"action_type":"lead`+"\x02"+`","value":"3"}]}`)
	b, actions := rows["basic_ad"], rows["basic_ad_actions"]
	want(t, b, 0, "ad_id", "1\uFFFD")
	want(t, b, 0, "spend", "2.000000")
	want(t, b, 0, "raw", "{\"x\uFFFDy\":1}")
	want(t, actions, 0, "action_type", "lead\x02")
	want(t, actions, 0, "value", "3.000000")
}

// An error is decoded even if its text contains characters that JSON forbids.
func TestJudge_ErrorWithBadCharacter(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"\x01", "\xff", `\ud800`} {
		err := facebookads.Judge(400, nil, []byte(`{"error":{"message":"(#3018) The start date `+bad+`","code":3018}}`))
		if err == nil || !strings.Contains(err.Error(), "3018") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
