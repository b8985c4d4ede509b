package facebookads

import (
	"encoding/json"
	"strings"
)

// looseNumber is a whole number that may come as a text; 0 where it is none.
type looseNumber int64

func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	v, _ := wholeNumber(strings.Trim(string(raw), `" %`))
	*n = looseNumber(v)
	return nil
}

// looseText is a text that may come as a number; "" for null.
type looseText string

func (t *looseText) UnmarshalJSON(raw []byte) error {
	*t = looseText(textIn(raw))
	return nil
}

// textIn is a text, or whatever else stands in the place of one; "" for null.
func textIn(raw []byte) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}
