package facebookads

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// looseNumber is a whole number that Meta may send as a string; 0 for anything else.
type looseNumber int64

func (n *looseNumber) UnmarshalJSON(raw []byte) error {
	v, _ := wholeNumber(strings.Trim(string(raw), `" %`))
	*n = looseNumber(v)
	return nil
}

// looseFloat is a number that Meta may send as a string; 0 for anything else.
type looseFloat float64

func (n *looseFloat) UnmarshalJSON(raw []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(raw), `" %`), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	*n = looseFloat(v)
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

// bareID returns an ID without surrounding spaces and without the fraction that a proxy
// gives to numbers.
func bareID(text []byte) []byte {
	text = bytes.TrimSpace(text)
	if whole, zeros, ok := bytes.Cut(text, []byte(".")); ok && len(whole) > 0 && len(bytes.Trim(zeros, "0")) == 0 && len(bytes.Trim(whole, "0123456789")) == 0 {
		return whole
	}
	return text
}
