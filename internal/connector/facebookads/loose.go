package facebookads

import (
	"encoding/json"
	"strings"
)

// looseNumber is a whole number that Meta may send as a string; 0 for anything else.
type looseNumber int64

func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	v, _ := wholeNumber(strings.Trim(string(raw), `" %`))
	*n = looseNumber(v)
	return nil
}

// looseText is a string that Meta may send as a number; "" for null.
type looseText string

func (t *looseText) UnmarshalJSON(raw []byte) error {
	*t = looseText(textIn(raw))
	return nil
}

// textIn returns the contents of a string, any other value as it is, and "" for null.
func textIn(raw []byte) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return string(raw)
	}
	return text
}
