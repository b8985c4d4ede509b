package store

import (
	"encoding/json"

	"adtally"
)

// keptFault is a fault without its cause, as it is stored.
type keptFault struct {
	Act     adtally.Act `json:"act"`
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Hint    string      `json:"hint"`
}

// faultText encodes a fault; nil is empty.
func faultText(f *adtally.Fault) string {
	if f == nil {
		return ""
	}
	b, err := json.Marshal(keptFault{f.Act, f.Code, f.Message, f.Hint})
	if err != nil {
		panic(err) // four texts always marshal
	}
	return string(b)
}

// unfault decodes the result of faultText.
func unfault(text string) (*adtally.Fault, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	var f keptFault
	if err := fromJSON(text, &f); err != nil {
		return nil, err
	}
	return &adtally.Fault{Act: f.Act, Code: f.Code, Message: f.Message, Hint: f.Hint}, nil
}
