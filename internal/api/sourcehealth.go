package api

import (
	"time"

	"adtally"
)

// SourceHealth says in one sentence how a source is doing.
type SourceHealth struct {
	State    string     `json:"state" enum:"fine,running,waiting,soon,expired,incomplete,failed,new" doc:"The worst that is true. waiting = for the platform's rate limit. soon = the token expires soon. expired = the token has expired or was revoked. incomplete = some data is missing. new = there is no token yet, or no account is picked. A source stays failed, expired or incomplete until a run has succeeded"`
	Sentence string     `json:"sentence" doc:"What is going on, in one sentence. Times are in until and as_of"`
	Hint     string     `json:"hint,omitempty" doc:"What to do; absent = nobody has to act"`
	Until    *time.Time `json:"until,omitempty" doc:"When a wait ends, or when the token expires or has expired; absent = unknown"`
	AsOf     *time.Time `json:"as_of,omitempty" doc:"When the source was last up to date; absent = never"`
}

// sourceStatus is what Source says about the current runs of a source.
type sourceStatus struct {
	UpToDate int           `json:"accounts_up_to_date" doc:"Number of ad accounts that the latest sync has brought up to date so far"`
	Accounts int           `json:"accounts_total" doc:"Number of ad accounts that the source reads"`
	Run      string        `json:"running_run,omitempty" doc:"ID of the sync in progress; absent = none"`
	Health   *SourceHealth `json:"health,omitempty" doc:"How the source is doing; absent = the source is deleted"`
}

func (sources) statusOf(adtally.SourceRecord) sourceStatus {
	return sourceStatus{Health: &SourceHealth{}}
}
