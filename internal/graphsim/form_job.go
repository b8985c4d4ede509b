package graphsim

import (
	"time"
)

var jobForms = []pattern{
	jobForm("job fails", func(j *job, _ []any) { j.behaviour = "fail" }),
	{words: "job fails with CODE", once: true, takes: ofJobs, make: func(f *Fault, v []any) error {
		if err := readAs(f, v); err != nil {
			return err
		}
		f.job = func(j *job) { j.behaviour, j.why = "fail", f.as }
		return nil
	}},
	jobForm("job skips", func(j *job, _ []any) { j.behaviour = "skip" }),
	jobForm("job stalls", func(j *job, _ []any) { j.behaviour = "stall" }),
	jobForm("job never starts", func(j *job, _ []any) { j.behaviour = "unstarted" }),
	jobForm("job says running at 100% COUNT", func(j *job, v []any) { j.behaviour, j.count = "running100", v[0].(int) }),
	jobForm("job completes but 2601 COUNT", func(j *job, v []any) { j.behaviour, j.count = "notready", v[0].(int) }),
	jobForm("job takes DURATION", func(j *job, v []any) { j.takes = v[0].(time.Duration) }),
}

// jobForm is a line about the behaviour of new report jobs.
func jobForm(words string, does func(*job, []any)) pattern {
	return pattern{words: words, once: true, takes: ofJobs, make: func(f *Fault, v []any) error {
		f.job = func(j *job) { does(j, v) }
		return nil
	}}
}

// behave sets the behaviour of a fault that was sent as JSON.
func (f *Fault) behave(j *job) {
	if f.job != nil {
		f.job(j)
		return
	}
	if f.Job == "" {
		return
	}
	j.behaviour = f.Job
	switch f.Job {
	case "running100":
		j.count = 3
	case "notready":
		j.count = 2
	}
}
