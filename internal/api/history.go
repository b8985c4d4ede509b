package api

import (
	"context"
	"slices"
	"time"

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

// States of a HistoryDay, from the best to the worst.
var historyStates = []string{"none", "ok", "waiting", "incomplete", "failed"}

// historyState returns the state of a day with such a run.
func historyState(s adtally.RunState) string {
	switch s {
	case adtally.Finished:
		return "ok"
	case adtally.Incomplete:
		return "incomplete"
	case adtally.Failed:
		return "failed"
	case adtally.Waiting, adtally.Running:
		return "waiting"
	}
	return "none" // somebody cancelled it
}

func (g sources) history(ctx context.Context, _ Caller, in *struct {
	Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"Number of days, including today"`
},
) (*listed[SourceHistory], error) {
	all, err := g.Sources.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	today := adtally.DayOf(g.Now(), time.UTC)
	first := today - adtally.Day(in.Days) + 1
	ran, err := g.Runs.RunDays(ctx, first.Start(time.UTC))
	if err != nil {
		return nil, err
	}
	type place struct {
		source string
		day    adtally.Day
	}
	worst := map[place]int{}
	for _, r := range ran {
		p := place{r.Source, r.Day}
		worst[p] = max(worst[p], slices.Index(historyStates, historyState(r.State)))
	}
	out := &listed[SourceHistory]{}
	out.Body.Items = []SourceHistory{}
	for _, s := range all {
		h := SourceHistory{Source: s.ID}
		for day := first; day <= today; day++ {
			h.Days = append(h.Days, HistoryDay{day, historyStates[worst[place{s.ID, day}]]})
		}
		out.Body.Items = append(out.Body.Items, h)
	}
	return out, nil
}
