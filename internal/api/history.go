package api

import (
	"context"

	"adtally"
)

// SourceHistory is how the runs of a source went, day by day.
type SourceHistory struct {
	Source string       `json:"source" doc:"ID of the source"`
	Days   []HistoryDay `json:"days" nullable:"false" doc:"Days, oldest first; the last one is today"`
}

// HistoryDay is how the runs of a day went.
type HistoryDay struct {
	Day   adtally.Day `json:"day" doc:"Day, in UTC"`
	State string      `json:"state" enum:"ok,incomplete,failed,waiting,none" doc:"The worst of the runs that started on this day. waiting = a run is in progress. none = no run started, or each was cancelled"`
}

func (g sources) history(context.Context, Caller, *struct {
	Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"Number of days, including today"`
},
) (*listed[SourceHistory], error) {
	out := &listed[SourceHistory]{}
	out.Body.Items = []SourceHistory{}
	return out, nil
}
