// Plots about learning, being brave, honest or patient.

import { each, type Plot, warmSeasons } from "./plot.ts";

export const growingPlots: readonly Plot[] = [
  {
    id: "learn-skill",
    about: "learning to {skill}",
    hero: "child",
    draws: [
      [
        { skill: "weave", with: "Mira", fail: "The thread broke", done: "a small piece of cloth lay on the table" },
        { skill: "fish", with: "Oskar", fail: "The fish swam away", done: "a little fish was in the net" },
        { skill: "bake", with: "Hana", fail: "The bread was black", done: "the bread was round and brown" },
        { skill: "play the flute", with: "Rolf", fail: "It made an ugly sound", done: "there was a sweet little song" },
        { skill: "use a saw", with: "Eva", fail: "The wood broke", done: "a small chair stood on the floor" },
        { skill: "grow beans", with: "Ada", fail: "The birds ate the seeds", done: "green beans hung in the garden" },
        {
          skill: "drive a cart",
          with: "Tom",
          fail: "The cart rolled into a bush",
          done: "the cart rolled down the road",
        },
      ],
    ],
    beats: [
      [
        "{hero} wanted to learn to {skill}.",
        '"I want to {skill}," said {hero}.',
        "{hero} had one wish. {he} wanted to {skill}.",
      ],
      ["So {he} went to {friend}. {friend} showed {him} how to do it.", '"I will teach you," said {friend}.'],
      [
        "The first time was bad. {fail}.",
        "{he} tried it. {fail}.",
        '{fail}. "That is how everybody starts," said {friend}.',
      ],
      {
        maybe: [
          "{hero} was angry and wanted to stop. But {friend} only smiled.",
          "The second time was not better. {hero} sat down and sighed.",
          '"I cannot do it," said {hero}. "Not yet," said {friend}.',
        ],
      },
      [
        "{he} tried again, day after day.",
        "{he} came back every day and tried once more.",
        "{he} took a deep breath and tried again and again.",
      ],
      ["And then, at last, {done}.", "After a week, {done}!"],
      {
        maybe: [
          '"You did it!" said {friend}.',
          "{pet} the {pet.kind} was the first to see it.",
          "{hero} ran home to tell everybody.",
        ],
      },
    ],
    mood: ["proud", "very happy"],
    lesson: ["If you try again, you get better.", "Every master was once a beginner.", "Good things take time."],
    asks: [
      ["What did {hero} want to learn?", "{hero} wanted to learn to {skill}."],
      ["Who was the teacher?", "{friend} was the teacher."],
      ["What went wrong at first?", "{fail}."],
    ],
  },
  {
    id: "face-fear",
    about: "being brave",
    draws: [
      [
        { task: "cross the narrow bridge", worry: "The bridge was old and it moved in the wind" },
        { task: "walk through the forest", worry: "The trees were tall and full of sounds" },
        { task: "sing on the square", worry: "All the people would look" },
        { task: "go into the cellar", worry: "There was no light down there" },
        { task: "jump into the pond", worry: "The water was cold and green" },
        { task: "speak to the big dog", worry: "The dog had very big teeth" },
      ],
    ],
    beats: [
      ["{hero} had to {task}.", "{hero} wanted to {task}, but {he} did not dare."],
      ["{worry}. {his} knees were weak.", '"I am afraid," said {hero}. {worry}.', "{worry}, and {hero} was scared."],
      [
        'Then {friend} came. "Everybody is afraid of something," said {friend}. "I am afraid of {friend.fear}."',
        '{friend} sat down next to {him}. "I know how it feels," {fhe} said. "I do not like {friend.fear}."',
      ],
      {
        maybe: [
          '"What do you do then?" asked {hero}. "I count to three and take one step," said {friend}.',
          '"Really?" asked {hero}. "Really," said {friend}. "But a small step is still a step."',
        ],
      },
      ["{friend} gave {him} {fhis} hand. One, two, three!", "{hero} closed {his} eyes and counted. One, two, three!"],
      [
        "And {he} did it. It was not so bad at all.",
        "Then it was done. {hero} looked back and laughed.",
        '"I did it!" cried {hero}.',
      ],
    ],
    mood: ["brave", "proud"],
    lesson: [
      "To be brave is to be afraid and to do it anyway.",
      "A small step is still a step.",
      "Fear gets smaller when you share it.",
    ],
    asks: [
      ["What did {hero} have to do?", "{hero} had to {task}."],
      ["What is {friend} afraid of?", "{friend} is afraid of {friend.fear}."],
      ["Did {hero} do it?", "Yes, {hero} did it."],
    ],
  },
  {
    id: "honest",
    about: "telling the truth",
    hero: "child",
    draws: [
      [
        { item: "pot", act: "ran through the kitchen and hit the table" },
        { item: "jar", act: "wanted to taste the honey" },
        { item: "window", act: "threw a ball too high" },
        { item: "cup", act: "tried to carry too many things" },
        { item: "plate", act: "danced around the room" },
      ],
    ],
    beats: [
      ["{hero} was at the house of {friend}. {he} {act}.", "When {hero} was with {friend}, {he} {act}."],
      ["Crash! The {item} was broken.", "The {item} fell and broke. {hero} stood very still."],
      ["{friend} was outside and had not seen it.", "Nobody had seen it. Only {pet} the {pet.kind} was there."],
      [
        '"I could say that {pet} did it," thought {hero}. But that was not true.',
        "{hero} wanted to run away. {his} face was hot.",
        "{hero} hid the pieces. But {he} felt bad.",
      ],
      [
        'So {he} went to {friend}. "I broke your {item}," {he} said. "I am sorry."',
        '{he} took a deep breath and told {friend} the truth. "It was me," {he} said.',
      ],
      [
        '{friend} was quiet for a moment. Then {fhe} said, "Thank you for telling me."',
        '"That was brave," said {friend}. "The {item} is only a thing."',
      ],
      {
        maybe: [
          "Together they [cleaned the floor|picked up the pieces].",
          "{hero} helped {friend} all day to make it good again.",
          "{friend} gave {him} a hug.",
        ],
      },
    ],
    mood: ["much better", "glad", "light again"],
    lesson: [
      "The truth is hard to say, but it makes you free.",
      "Say sorry when you did wrong.",
      "A true word is worth more than a {item}.",
    ],
    asks: [
      ["What did {hero} break?", "{hero} broke the {item}."],
      ["Did {hero} tell the truth?", "Yes, {hero} told {friend} the truth."],
      ["Was {friend} angry?", "No, {friend} was not angry."],
    ],
  },
  {
    id: "seed",
    seasons: warmSeasons,
    about: "a little seed",
    draws: [each("plant", "bean|pumpkin|sunflower|apple tree|rose"), each("wait", "three days|a week|two weeks")],
    beats: [
      [
        '{friend} gave {hero} a seed. "It will be a {plant}," said {friend}.',
        '{hero} found a seed. "That is the seed of a {plant}," said {friend}.',
      ],
      [
        "{hero} put it into the ground [behind the house|in the garden] and gave it water.",
        "{hero} made a small hole, put the seed in and gave it water.",
      ],
      [
        "{he} waited for {wait}. Nothing came.",
        "Every morning {he} looked, but for {wait} there was only brown ground.",
      ],
      {
        maybe: ['"It does not work!" said {hero}. {he} wanted to dig it up.', '"Why is it so slow?" asked {hero}.'],
      },
      [
        '"Wait," said {friend}. "It is working where you cannot see it."',
        '"Be patient," said {friend}. "It needs sun, water and time."',
      ],
      ["Then, one morning, there was a [tiny|small] green leaf.", "At last something green came out of the ground."],
      ["Day by day the {plant} grew.", "{hero} gave it water every day, and the {plant} grew and grew."],
    ],
    mood: ["proud", "happy"],
    lesson: ["Good things need time.", "You cannot hurry a seed.", "Who waits will see things grow."],
    asks: [
      ["What did the seed become?", "It became a {plant}."],
      ["How long did {hero} wait?", "{hero} waited for {wait}."],
      ["What does a seed need?", "A seed needs sun, water and time."],
    ],
  },
  {
    id: "open-gate",
    about: "an open gate",
    hero: "child",
    draws: [
      [
        { who: "the sheep", place2: "the road", at2: "on the road" },
        { who: "the goats", place2: "the garden", at2: "in the garden" },
        { who: "the hens", place2: "the square", at2: "on the square" },
        { who: "the geese", place2: "the market", at2: "at the market" },
        { who: "the cows", place2: "the wheat field", at2: "in the wheat field" },
      ],
    ],
    beats: [
      [
        "{hero} was in a hurry and forgot to shut the gate.",
        "{hero} wanted to play. {he} ran out and did not shut the gate.",
      ],
      ["Soon {who} walked out, one by one.", "{who} saw the open gate and went out."],
      ['A little later, {friend} called, "Who let {who} out? They are {at2}!"', "{friend} found {who} {at2}."],
      [
        '{hero} [turned red|looked at {his} feet]. "I forgot the gate," {he} said. "I will bring them back."',
        '{hero} knew that it was {his} fault. "I am sorry," {he} said, and ran to help.',
      ],
      {
        maybe: [
          "It was hard work. {who} ran left, and {hero} ran right.",
          "{pet} the {pet.kind} helped too.",
          "{hero} fell down two times, but {he} got up again.",
        ],
      },
      [
        "It took all afternoon, but at last {who} were back.",
        "{hero} and {friend} brought {who} back and counted them. All were there.",
      ],
      ["This time {hero} shut the gate, and looked twice.", "Then {hero} shut the gate with both hands."],
    ],
    mood: ["tired but glad", "sorry, but wiser"],
    lesson: [
      "Shut the gate behind you.",
      "When you make a mistake, help to make it good.",
      "A little care saves a lot of work.",
    ],
    asks: [
      ["What did {hero} forget?", "{hero} forgot to shut the gate."],
      ["Who went out?", "{who} went out."],
      ["Where did they go?", "They went to {place2}."],
    ],
  },
  {
    id: "race",
    about: "a race",
    hero: "child",
    friend: "child",
    draws: [each("goal", "the old oak|the bridge|the mill|the well|the pond")],
    beats: [
      [
        '"I am faster than you," said {hero}. "Let us see," said {friend}.',
        "{hero} and {friend} wanted to run a race.",
      ],
      ["They would run from the gate to {goal}.", '"The first one at {goal} wins," said {friend}.'],
      ["One, two, three, go! {hero} ran as fast as the wind.", "They both ran. {hero} was ahead."],
      ["Then {hero} heard a cry. {friend} had fallen over a stone.", "Then {friend} fell down and held {fhis} knee."],
      {
        maybe: ["{hero} looked at {goal}. It was so near!", "{hero} wanted to win very much."],
      },
      [
        "But {hero} turned around and went back to {friend}.",
        "{hero} stopped and ran back. A friend is more than a race.",
      ],
      [
        "{hero} helped {fhim} up, and they walked to {goal} hand in hand.",
        "{friend} could walk again, and they reached {goal} at the same time.",
      ],
    ],
    mood: ["happy", "like a winner"],
    lesson: ["It is better to help than to win.", "A friend is worth more than a race.", "You win when you are kind."],
    asks: [
      ["Who fell down?", "{friend} fell down."],
      ["Where did they run to?", "They ran to {goal}."],
      ["Why did {hero} stop?", "{hero} stopped to help {friend}."],
    ],
  },
];
