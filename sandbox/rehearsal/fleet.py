"""The tasks of a service as ECS sees them: started until the load balancer calls them healthy, drained when they go."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.rehearsal.balancer import Balancer
from sandbox.rehearsal.deployment import Colour, Deployment, GoBackError
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.pace import Pace
from sandbox.rehearsal.tasks import Tasks

# Seconds between two looks at the load balancer, by ECS's own choice: no page names it.
CHECK_SECONDS = 5.0
DAY = 24 * 60 * 60.0
# ECS starts anew what ended, and more slowly the more often it does.
REPLACEMENT_SECONDS = 30.0


@dataclass(frozen=True)
class Fleet:
    """Starts and stops the tasks of revisions."""

    tasks: Tasks
    balancer: Balancer
    pace: Pace
    journal: Journal

    def scale_up(self, deployment: Deployment) -> None:
        """Start green's tasks and wait until all are healthy, for a day at most. Raises what `check` of the deployment raises."""
        green = deployment.green
        self.tasks.start(green.revision, green.group, deployment.tasks)
        if not self.pace.wait(DAY, self._healthy(deployment, deployment.tasks), CHECK_SECONDS):
            raise GoBackError("Service deployment rolled back because SCALE_UP lasted 24 hours.")
        self.journal.note(f"{deployment.tasks} tasks of green are healthy")

    def drain(self, colour: Colour) -> None:
        """End all tasks of a revision, once they have answered what they were asked."""
        self.tasks.drain(colour.revision, colour.group)

    def healthy(self, colour: Colour) -> int:
        """How many of the revision's tasks the load balancer calls healthy."""
        states = self.balancer.health(colour.group)
        return sum(states.get(target) == "healthy" for target in self.tasks.targets(colour.revision))

    def _healthy(self, deployment: Deployment, wanted: int) -> Callable[[], bool]:
        green, due = deployment.green, self.pace.clock.steady() + REPLACEMENT_SECONDS

        def look() -> bool:
            nonlocal due
            deployment.check()
            if (now := self.pace.clock.steady()) >= due:
                due = now + REPLACEMENT_SECONDS
                if ended := self.tasks.replace_ended(green.revision, green.group):
                    self.journal.note(f"{ended} tasks of green ended by themselves and were started again")
            return self.healthy(green) >= wanted

        return look

    def one_more(self, deployment: Deployment, wanted: int, seconds: float) -> bool:
        """Start one task of green and wait until so many are healthy; whether they are in time."""
        self.tasks.start(deployment.green.revision, deployment.green.group, 1)
        return self.pace.wait(seconds, self._healthy(deployment, wanted), CHECK_SECONDS)
