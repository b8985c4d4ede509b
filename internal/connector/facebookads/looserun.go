package facebookads

import (
	"encoding/json"
	"strings"
)

// UnmarshalJSON takes the numbers of a report job in any form: 100, "100" and
// 100.0 are the same. What is no number at all is as good as absent.
func (j *reportRun) UnmarshalJSON(raw []byte) error {
	var loose struct {
		ID        looseText   `json:"id"`
		Status    looseText   `json:"async_status"`
		Percent   looseNumber `json:"async_percent_completion"`
		Begun     looseNumber `json:"time_ref"`
		Completed looseNumber `json:"time_completed"`
		Code      looseNumber `json:"error_code"`
		Subcode   looseNumber `json:"error_subcode"`
		Message   looseText   `json:"error_message"`
		Title     looseText   `json:"error_user_title"`
		Text      looseText   `json:"error_user_msg"`
	}
	if err := json.Unmarshal(raw, &loose); err != nil {
		return err
	}
	*j = reportRun{
		ID: string(loose.ID), Status: string(loose.Status), Percent: int(loose.Percent), Begun: int64(loose.Begun), Completed: int64(loose.Completed),
		Code: int(loose.Code), Subcode: int(loose.Subcode), Message: string(loose.Message), Title: string(loose.Title), Text: string(loose.Text),
	}
	return nil
}

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
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	*t = looseText(text)
	return nil
}
